// Popular GraphQL clients, against the server at HUB_TEST_URL and its printed schema.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { relayStylePagination } from '@apollo/client/utilities'
import { Client, fetchExchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { relayPagination } from '@urql/exchange-graphcache/extras'
import { getIntrospectionQuery } from 'graphql'
import { createClient as createSocket } from 'graphql-ws'
import WebSocket from 'ws'

import { ask, hub } from './hub.mjs'

const run = promisify(execFile)
const web = fileURLToPath(new URL('..', import.meta.url))
const schema = fileURLToPath(new URL('../../docs/schema.graphql', import.meta.url))

describe('Apollo Client', () => {
  const cache = () => new InMemoryCache({ typePolicies: { Query: { fields: { practices: relayStylePagination(['filter', 'orderBy']) } } } })

  test('keeps pages of a list together, and things by their ids', async () => {
    const client = new ApolloClient({ link: new HttpLink({ uri: `${hub}/graphql` }), cache: cache() })
    const query = gql`
      query ($after: Cursor) {
        practices(first: 3, after: $after) {
          edges { cursor node { id title } }
          pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
        }
      }
    `
    const first = await client.query({ query })
    const after = first.data.practices.pageInfo.endCursor
    await client.query({ query, variables: { after }, fetchPolicy: 'network-only' }) // as fetchMore does
    const kept = client.readQuery({ query })
    const ids = kept.practices.edges.map(({ node }) => node.id)
    assert.equal(new Set(ids).size, 6)
    const one = client.readFragment({ id: `Practice:${ids[0]}`, fragment: gql`fragment F on Practice { title }` })
    assert.equal(one.title, first.data.practices.edges[0].node.title)
    client.stop()
  })

  test('asks by hash over GET, and with the text when the hash is not known', async () => {
    const asked = []
    const http = new HttpLink({
      uri: `${hub}/graphql`,
      fetch: async (url, options) => {
        const response = await fetch(url, options)
        asked.push({ method: options.method ?? 'GET', text: String(url).includes('query='), status: response.status })
        return response
      },
    })
    const persisted = new PersistedQueryLink({ sha256: (text) => createHash('sha256').update(text).digest('hex'), useGETForHashedQueries: true })
    const ask = () => new ApolloClient({ link: ApolloLink.from([persisted, http]), cache: cache() }).query({
      query: gql`query Apollo { themes(first: ${2 + (process.pid % 50)}) { nodes { id slug } } }`,
    })
    assert.ok((await ask()).data.themes.nodes.length > 0)
    assert.ok((await ask()).data.themes.nodes.length > 0)
    assert.equal(asked.at(-1).method, 'GET')
    assert.equal(asked.at(-1).text, false)
    assert.ok(asked.length === 3 || asked.length === 2, JSON.stringify(asked)) // two if an earlier run has registered it
  })

  test('tells errors by their codes', async () => {
    const client = new ApolloClient({ link: new HttpLink({ uri: `${hub}/graphql` }), cache: cache() })
    await assert.rejects(client.query({ query: gql`{ practices(first: 1000) { nodes { id } } }` }), (error) => {
      assert.equal(error.errors[0].extensions.code, 'BAD_USER_INPUT')
      return true
    })
  })

  test('subscribes', async () => {
    const socket = createSocket({ url: `${hub.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket })
    const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: cache() })
    const { changes } = await ask('{ changes(first: 1, filter: { types: [PRACTICE] }) { pageInfo { endCursor } } }')
    const told = await new Promise((resolve, reject) => {
      const subscription = client
        .subscribe({ query: gql`subscription ($after: Cursor) { changes(after: $after, filter: { types: [PRACTICE] }) { id action node { id } } }`, variables: { after: changes.pageInfo.endCursor } })
        .subscribe({
          next: ({ data }) => {
            subscription.unsubscribe()
            resolve(data.changes)
          },
          error: reject,
        })
    })
    assert.equal(told.id, told.node.id)
    await socket.dispose()
  })
})

describe('urql with Graphcache', async () => {
  const introspection = await ask(getIntrospectionQuery())
  // An object without an id is embedded in its parent.
  const keys = Object.fromEntries(
    introspection.__schema.types.filter((t) => t.kind === 'OBJECT' && !t.fields.some((f) => f.name === 'id')).map((t) => [t.name, () => null]),
  )
  const make = () =>
    new Client({
      url: `${hub}/graphql`,
      preferGetMethod: false,
      exchanges: [cacheExchange({ schema: introspection, keys, resolvers: { Query: { practices: relayPagination() } } }), fetchExchange],
    })
  // One cache per language: @inContext is not part of a field's key.
  const inLanguage = (language) => {
    const client = make()
    // With a schema, the cached part is returned at once.
    return (query, variables) =>
      new Promise((resolve) => {
        const { unsubscribe } = client.query(query.replace('LANGUAGE', language), variables ?? {}).subscribe((result) => {
          if (result.stale) return
          resolve(result)
          queueMicrotask(() => unsubscribe())
        })
      })
  }
  const list = 'query ($after: Cursor) @inContext(languages: [LANGUAGE]) { practices(first: 2, after: $after, filter: { languages: [NN] }) { edges { node { id title language texts(languages: [NB, NN]) { language title } } } pageInfo { endCursor hasNextPage } } }'

  test('switches language with a cache for each, and without with texts', async () => {
    const warned = []
    const warn = console.warn
    console.warn = (...words) => warned.push(words.join(' '))
    try {
      const [nb, nn] = [inLanguage('NB'), inLanguage('NN')]
      const [a, b] = [await nb(list), await nn(list)]
      assert.equal(a.error ?? b.error, undefined)
      const titles = ({ data }) => data.practices.edges.map(({ node }) => [node.id, node])
      const other = Object.fromEntries(titles(b))
      let differ = 0
      for (const [id, node] of titles(a)) {
        if (!other[id]) continue
        const own = Object.fromEntries(node.texts.map((t) => [t.language, t.title]))
        if (own.NB && own.NN) {
          assert.equal(node.title, own.NB)
          assert.equal(other[id].title, own.NN)
          differ++
        }
      }
      assert.ok(differ > 0, 'the demo content has practices in both languages')
      const again = await nb(list)
      assert.deepEqual(again.data, a.data)
      assert.equal(again.stale, false)
      const more = await nb(list, { after: a.data.practices.pageInfo.endCursor })
      assert.equal(more.data.practices.edges.length, 3)
      assert.deepEqual(warned, [])
    } finally {
      console.warn = warn
    }
  })
})

// inFolder runs a generator in a folder of its own, with the packages of this one.
async function inFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), 'dugnad-clients.'))
  try {
    await symlink(join(web, 'node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'package.json'), '{"type": "module"}')
    await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('the Relay compiler takes the printed schema', async () => {
  await inFolder(async (folder) => {
    await cp(join(web, 'test/clients/relay'), join(folder, 'src'), { recursive: true })
    await cp(schema, join(folder, 'schema.graphql'))
    await writeFile(
      join(folder, 'relay.config.json'),
      JSON.stringify({
        src: './src',
        schema: './schema.graphql',
        language: 'typescript',
        customScalarTypes: { Cursor: 'string', Time: 'string', Date: 'string' },
        persistConfig: { file: './documents.json', algorithm: 'SHA256' },
      }),
    )
    await writeFile(join(folder, 'documents.json'), '{}')
    await run(join(web, 'node_modules/.bin/relay-compiler'), ['--repersist'], { cwd: folder })
    const made = await readdir(join(folder, 'src/__generated__'))
    for (const name of ['PracticesQuery', 'PracticesPageQuery', 'PracticesCardQuery', 'Practices_list', 'Practices_card']) {
      assert.ok(made.includes(`${name}.graphql.ts`), `${name} is not in ${made}`)
    }
    // The compiled operation is answered, and the hub registers its manifest.
    const documents = JSON.parse(await readFile(join(folder, 'documents.json'), 'utf8'))
    const page = Object.entries(documents).find(([, text]) => text.includes('query PracticesQuery'))
    assert.equal(createHash('sha256').update(page[1]).digest('hex'), page[0])
    const data = await ask(page[1], { first: 2 })
    assert.equal(data.practices.edges.length, 2)
    const refetch = Object.values(documents).find((text) => text.includes('query PracticesCardQuery'))
    const { node } = await ask(refetch, { id: data.practices.edges[0].node.id })
    assert.equal(node.id, data.practices.edges[0].node.id)
  })
})

test('GraphQL Code Generator makes a typed client that compiles', async () => {
  await inFolder(async (folder) => {
    await mkdir(join(folder, 'src'))
    await cp(join(web, 'test/clients/documents.graphql'), join(folder, 'documents.graphql'))
    await writeFile(
      join(folder, 'codegen.json'),
      JSON.stringify({
        schema,
        documents: './documents.graphql',
        emitLegacyCommonJSImports: false,
        generates: {
          './src/client.ts': {
            plugins: ['typescript-operations', 'typed-document-node'],
            config: { scalars: { Cursor: 'string', Time: 'string', Date: 'string', ID: 'string' }, useTypeImports: true, defaultScalarType: 'unknown' },
          },
        },
      }),
    )
    await run(join(web, 'node_modules/.bin/graphql-codegen'), ['--config', 'codegen.json'], { cwd: folder })
    await writeFile(
      join(folder, 'src/use.ts'),
      `import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { PracticesDocument, FindDocument, type PracticesQuery } from './client'
declare function ask<R, V>(document: TypedDocumentNode<R, V>, variables: V): Promise<R>
export async function use(): Promise<string> {
  const data: PracticesQuery = await ask(PracticesDocument, { first: 3, languages: ['NN', 'NB'], filter: { kinds: ['EXPERIENCE'] } })
  const found = await ask(FindDocument, { query: 'intro' })
  // @ts-expect-error first is required
  await ask(PracticesDocument, { languages: ['NB'] })
  // @ts-expect-error there is no such field
  data.practices.nodes[0]?.secret
  return data.practices.nodes.map((n) => n.title.toUpperCase()).join() + String(found.search.totalCount)
}
`,
    )
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { strict: true, noEmit: true, module: 'esnext', moduleResolution: 'bundler', target: 'es2022', skipLibCheck: true, types: [] }, include: ['src'] }),
    )
    await run(join(web, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: folder })
  })
})
