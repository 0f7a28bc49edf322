// What makes the explorer quicker where there is JavaScript. Every page is whole without it.
import '../style/index.css'
import { copyButtons } from './copy'
import { feedback } from './feedback'
import { liveSearch } from './search'
import { suggest } from './suggest'

copyButtons(document)
feedback(document)
liveSearch()
suggest(document)
