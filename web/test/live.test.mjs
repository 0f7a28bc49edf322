// Subscriptions with the reference clients of the protocols, against the server at HUB_TEST_URL.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { createClient as createEvents } from 'graphql-sse'
import { createClient as createSocket } from 'graphql-ws'
import WebSocket from 'ws'

import { hub } from './hub.mjs'

const clients = {
  'graphql-ws': () => createSocket({ url: `${hub.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 }),
  'graphql-sse': () => createEvents({ url: `${hub}/graphql`, retryAttempts: 0 }),
}

// first returns the first n results of an operation, and ends it.
async function first(client, count, payload) {
  const results = []
  for await (const result of client.iterate(payload)) {
    results.push(result)
    if (results.length === count) break
  }
  return results
}

// A cursor of the log that has changes after it.
async function place() {
  const response = await fetch(`${hub}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ changes(first: 2, filter: { types: [PRACTICE] }) { pageInfo { endCursor } } }' }),
  })
  return (await response.json()).data.changes.pageInfo.endCursor
}

const subscription =
  'subscription ($after: Cursor) { changes(after: $after, filter: { types: [PRACTICE] }) { id action cursor node { ... on Practice { title } } } }'

for (const [name, make] of Object.entries(clients)) {
  describe(name, () => {
    test('a query is answered once', async () => {
      const client = make()
      const [{ data }, ...rest] = await first(client, 5, { query: '{ themes(first: 1) { nodes { slug } } }' })
      assert.equal(data.themes.nodes.length, 1)
      assert.equal(rest.length, 0)
      client.dispose()
    })

    test('a subscription goes on after a cursor, and then after its own', async () => {
      const client = make()
      const after = await place()
      const some = await first(client, 4, { query: subscription, variables: { after } })
      const ids = some.map(({ data }) => data.changes.id)
      assert.equal(new Set(ids).size, 4)
      for (const { data } of some) {
        assert.equal(data.changes.action, 'UPSERT')
        assert.ok(data.changes.node.title)
      }
      const rest = await first(client, 2, { query: subscription, variables: { after: some[1].data.changes.cursor } })
      assert.deepEqual(rest.map(({ data }) => data.changes.id), ids.slice(2))
      client.dispose()
    })

    test('several at once', async () => {
      const client = make()
      const after = await place()
      const all = await Promise.all(Array.from({ length: 10 }, () => first(client, 3, { query: subscription, variables: { after } })))
      for (const some of all) assert.deepEqual(some, all[0])
      client.dispose()
    })

    test('what is wrong with the operation is told', async () => {
      const client = make()
      const told = await first(client, 1, { query: '{ nothing }' }).then(
        ([result]) => result.errors,
        (errors) => errors,
      )
      assert.match(JSON.stringify(told), /GRAPHQL_VALIDATION_FAILED/)
      client.dispose()
    })

    test('a subscription that nothing comes for ends when the client leaves', async () => {
      const client = make()
      const iterator = client.iterate({ query: 'subscription { changes { id } }' })[Symbol.asyncIterator]()
      const next = iterator.next()
      await new Promise((resolve) => setTimeout(resolve, 200))
      await iterator.return()
      assert.ok((await next).done)
      client.dispose()
    })
  })
}

describe('graphql-transport-ws', () => {
  const closes = (protocol, ...messages) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${hub.replace(/^http/, 'ws')}/graphql`, protocol)
      socket.on('open', () => {
        for (const message of messages) socket.send(message)
      })
      socket.on('close', (code) => resolve(code))
      socket.on('error', reject)
    })

  const init = '{"type":"connection_init"}'
  for (const [what, code, ...messages] of [
    ['nothing is sent', 4408],
    ['no JSON', 4400, '{'],
    ['an unknown type', 4400, '{"type":"start"}'],
    ['subscribing before the init', 4401, '{"id":"1","type":"subscribe","payload":{"query":"{ __typename }"}}'],
    ['two inits', 4429, init, init],
    ['a bad credential', 4403, '{"type":"connection_init","payload":{"Authorization":"Bearer x"}}'],
  ]) {
    test(`${what}: ${code}`, async () => assert.equal(await closes('graphql-transport-ws', ...messages), code))
  }
  test('no protocol: 4406', async () => assert.equal(await closes(undefined, init), 4406))
})
