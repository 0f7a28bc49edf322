// Webhook deliveries, verified with the library of Standard Webhooks.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'

import { Webhook } from 'standardwebhooks'

import { anAdminsKey as key, ask, ksID } from './hub.mjs'

test('standardwebhooks takes what is sent, and nothing that was changed', async () => {
  const came = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    came.push({ headers: request.headers, body })
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { createWebhook } = await ask(
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } secret problems { message } } }',
      { input: { organization: await ksID(), name: 'Test', url: `http://127.0.0.1:${server.address().port}/` } },
      { key },
    )
    assert.deepEqual(createWebhook.problems, [])
    const id = createWebhook.webhook.id
    const { testWebhook } = await ask('mutation ($id: ID!) { testWebhook(id: $id) { delivery { id state } problems { message } } }', { id }, { key })
    assert.equal(testWebhook.delivery.state, 'DELIVERED')
    const [{ headers, body }] = came
    const receiver = new Webhook(createWebhook.secret)
    assert.equal(receiver.verify(body, headers).type, 'test')
    assert.equal(headers['webhook-id'], testWebhook.delivery.id)
    assert.throws(() => receiver.verify(body.replace('test', 'tent'), headers))
    assert.throws(() => receiver.verify(body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 3600) }))
    await ask('mutation ($id: ID!) { deleteWebhook(id: $id) { done } }', { id }, { key })
  } finally {
    server.close()
  }
})
