// What a page of another origin may do with the hub at HUB_TEST_URL, tried in Chromium.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'

import { openBrowser } from './browser.mjs'
import { anAdminsKey, ask, hub, ksID } from './hub.mjs'

describe('A page of another origin', () => {
  let browser
  let page
  let server
  let origin

  before(async () => {
    server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>Portal</title>')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${server.address().port}`
    browser = await openBrowser()
    page = await browser.newPage()
    await page.goto(origin)
  })

  after(async () => {
    await browser?.close()
    server?.close()
  })

  // send sends a request from the page and returns the status and the body, as far as the browser lets the page see them.
  const send = (path, options = {}) =>
    page.evaluate(
      async ([url, init]) => {
        try {
          const response = await fetch(url, init)
          return { status: response.status, body: await response.text(), limit: response.headers.get('x-ratelimit-limit') }
        } catch (error) {
          return { blocked: String(error) }
        }
      },
      [hub + path, options],
    )
  const json = (query, headers = {}, more = {}) => ({ method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query }), ...more })
  const key = async (origins) => {
    const { createKey } = await ask(
      'mutation ($input: CreateKeyInput!) { createKey(input: $input) { secret problems { message } } }',
      { input: { organization: await ksID(), name: 'Portal', kind: 'PUBLISHABLE', origins } },
      { key: anAdminsKey },
    )
    return { authorization: `Bearer ${createKey.secret}` }
  }

  test('reads by POST and GET, and sees its limits', async () => {
    const posted = await send('/graphql', json('{ themes(first: 1) { nodes { slug } } }'))
    assert.equal(posted.status, 200)
    assert.match(posted.body, /"slug"/)
    assert.ok(Number(posted.limit) > 0)
    const got = await send('/graphql?query=%7B__typename%7D')
    assert.equal(got.status, 200)
    assert.equal((await send('/search-api/multi-search', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"queries":[{"indexUid":"content","q":"intro"}]}' })).blocked, undefined)
    assert.equal((await send('/oembed?url=x')).blocked, undefined)
  })

  test('reads a stream of events', async () => {
    const told = await page.evaluate(async ([url, body]) => {
      const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, body })
      const reader = response.body.getReader()
      let text = ''
      for (let part = {}; !part.done && !text.includes('event: next'); ) {
        part = await reader.read()
        if (part.value) text += new TextDecoder().decode(part.value)
      }
      await reader.cancel()
      return text
    }, [`${hub}/graphql`, JSON.stringify({ query: '{ themes(first: 1) { nodes { slug } } }' })])
    assert.match(told, /event: next/)
  })

  test('cannot send the cookies of its reader', async () => {
    const sent = await send('/graphql', json('{ viewer { account { id } } }', {}, { credentials: 'include' }))
    assert.match(sent.blocked, /Failed to fetch/)
  })

  test('cannot send what needs no asking first', async () => {
    const sent = await send('/graphql', { method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body: '{"query":"mutation { __typename }"}' })
    assert.equal(sent.status, 0) // opaque: the hub has answered 415
    const form = await send('/graphql', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={__typename}' })
    assert.equal(form.status, 415)
  })

  test('may hold a PUBLISHABLE key of its own origin, and no other key', async () => {
    const query = '{ themes(first: 1) { nodes { slug } } }'
    assert.equal((await send('/graphql', json(query, await key([origin])))).status, 200)
    assert.equal((await send('/graphql', json(query, await key(['https://portal.example'])))).status, 401)
    assert.equal((await send('/graphql', json(query, { authorization: `Bearer ${anAdminsKey}` }))).status, 401)
  })

  test('cannot open a WebSocket as its reader', async () => {
    const code = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url, 'graphql-transport-ws')
          socket.onopen = () => {
            socket.send('{"type":"connection_init"}')
            socket.onmessage = (message) => resolve(message.data)
          }
          socket.onclose = (event) => resolve(event.code)
        }),
      `${hub.replace(/^http/, 'ws')}/graphql`,
    )
    assert.ok(code === 1006 || code === '{"type":"connection_ack"}', `${code}`) // refused, or anonymous: cookies are ignored
  })
})
