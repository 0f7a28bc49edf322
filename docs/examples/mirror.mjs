// Keeps a copy of a hub's published content in one JSON file, as a portal that pulls content would. Needs only Node 20 or later.
//
//   node mirror.mjs http://127.0.0.1:8080 copy.json [SearchType …]
//
// The first run stores everything; each later run stores what has changed since, and drops what is gone. The cursor is saved together
// with the copy, in one rename, so the next run makes up for an interrupted one. With a key in HUB_KEY it also reads members' content.
import { readFile, rename, writeFile } from 'node:fs/promises'

const [hub, file, ...types] = process.argv.slice(2)
if (!hub || !file) {
  console.error('usage: node mirror.mjs HUB FILE [TYPE ...]')
  process.exit(2)
}

const query = `query Mirror($after: Cursor, $filter: ChangeFilter) {
  changes(first: 100, after: $after, filter: $filter) {
    nodes { id action node { __typename ... on Content { version title summary url language updatedAt owner { slug } themes { slug } } } }
    pageInfo { hasNextPage endCursor }
  }
}`

async function page(after) {
  const response = await fetch(new URL('/graphql', hub), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(process.env.HUB_KEY && { authorization: `Bearer ${process.env.HUB_KEY}` }),
    },
    body: JSON.stringify({ query, variables: { after, filter: types.length ? { types } : null } }),
  })
  if (response.status === 429 || response.status === 503) {
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get('retry-after') ?? 5)))
    return page(after)
  }
  const { data, errors } = await response.json()
  if (errors) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions?.code })
  return data.changes
}

const empty = { cursor: null, entries: {} }

async function load() {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return structuredClone(empty)
    throw error
  }
}

async function save(copy) {
  await writeFile(`${file}.new`, JSON.stringify(copy, null, 1))
  await rename(`${file}.new`, file)
}

let copy = await load()
let taken = 0
let dropped = 0
for (let more = true; more; ) {
  let changes
  try {
    changes = await page(copy.cursor)
  } catch (error) {
    if (error.code !== 'CURSOR_EXPIRED') throw error
    copy = structuredClone(empty) // behind the start of the log: start over
    continue
  }
  for (const { id, action, node } of changes.nodes) {
    if (action === 'UPSERT' && node) {
      copy.entries[id] = node
      taken++
    } else {
      delete copy.entries[id]
      dropped++
    }
  }
  copy.cursor = changes.pageInfo.endCursor ?? copy.cursor // null only when there was nothing
  more = changes.pageInfo.hasNextPage
  await save(copy)
}
console.log(`${taken} taken, ${dropped} dropped, ${Object.keys(copy.entries).length} in ${file}`)
