// Makes the explorer quicker. Every page is complete without JavaScript.
import '../style/index.css'
import { copyButtons } from './copy'
import { feedback } from './feedback'
import { liveSearch } from './search'
import { suggest } from './suggest'

copyButtons(document)
feedback(document)
liveSearch()
suggest(document)
