// A front end as others write them for a Meilisearch, pointed at the hub.
import { instantMeiliSearch } from '@meilisearch/instant-meilisearch'
import instantsearch from 'instantsearch.js'
import {
  configure,
  hierarchicalMenu,
  infiniteHits,
  rangeInput,
  refinementList,
  searchBox,
  stats,
} from 'instantsearch.js/es/widgets'

const hub = new URLSearchParams(location.search).get('hub')
const { searchClient } = instantMeiliSearch(`${hub}/search-api`, 'a key that means nothing', { primaryKey: 'id' })
const search = instantsearch({ indexName: 'hub_public', searchClient, future: { preserveSharedStateOnUnmount: true } })

search.addWidgets([
  configure({ hitsPerPage: 10 }),
  searchBox({ container: '#box', placeholder: 'Søk' }),
  stats({ container: '#stats' }),
  refinementList({ container: '#type', attribute: 'type', operator: 'or', sortBy: ['name:asc'] }),
  refinementList({ container: '#organizations', attribute: 'organizations', operator: 'or', searchable: true, limit: 5 }),
  hierarchicalMenu({ container: '#theme', attributes: ['theme.lvl0', 'theme.lvl1', 'theme.lvl2'], limit: 50 }),
  rangeInput({ container: '#year', attribute: 'year' }),
  infiniteHits({
    container: '#hits',
    templates: {
      item: (hit, { html, components }) =>
        html`<a href=${hit.url} data-id=${hit.id}>${components.Highlight({ hit, attribute: 'title', highlightedTagName: 'mark' })}</a>`,
    },
  }),
])
search.start()
