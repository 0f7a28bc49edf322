// Uploads with the reference client of the tus protocol.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'

import * as tus from 'tus-js-client'

import { anAdminsKey as key, ask, hub, ksID } from './hub.mjs'

async function open(name, mediaType, bytes) {
  const { createUpload } = await ask(
    `mutation ($input: CreateUploadInput!) { createUpload(input: $input) { upload { id } url problems { code message } } }`,
    { input: { organization: await ksID(), name, mediaType, bytes } },
    { key },
  )
  assert.deepEqual(createUpload.problems, [])
  return createUpload
}

// send uploads in pieces, and stops after stopAt bytes if that is given.
function send(file, uploadUrl, { stopAt = Infinity, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(file, {
      uploadUrl,
      uploadSize: file.length,
      chunkSize: 300_000,
      retryDelays: [0, 100],
      onError: reject,
      onSuccess: () => resolve('done'),
      onChunkComplete: (_, accepted) => {
        if (accepted >= stopAt) upload.abort().then(() => resolve('stopped'), reject)
      },
      ...options,
    })
    upload.start()
  })
}

async function asset(id) {
  const { upload } = await ask('query ($id: ID!) { upload(id: $id) { received problem asset { id url bytes mediaType } } }', { id }, { key })
  return upload
}

describe('tus-js-client', () => {
  test('sends a file in pieces, stops, and goes on', async () => {
    const text = Buffer.from(randomBytes(750_000).toString('hex'))
    const { upload, url } = await open('tal.txt', 'text/plain', text.length)
    assert.equal(await send(text, url, { stopAt: 600_000 }), 'stopped')
    assert.equal((await asset(upload.id)).asset, null)
    assert.equal(await send(text, url), 'done')
    const { asset: kept } = await asset(upload.id)
    assert.equal(kept.bytes, text.length)
    const response = await fetch(kept.url, { headers: { authorization: `Bearer ${key}` } })
    const sum = (b) => createHash('sha256').update(b).digest('hex')
    assert.equal(sum(Buffer.from(await response.arrayBuffer())), sum(text))
    assert.equal((await fetch(kept.url)).status, 404)
  })

  test('is told why a file is refused', async () => {
    const page = Buffer.from(`<html>${' '.repeat(10_000)}</html>`)
    const { upload, url } = await open('bilde.png', 'image/png', page.length)
    await assert.rejects(send(page, url), /422/)
    const { problem, asset: kept } = await asset(upload.id)
    assert.match(problem, /HTML is not accepted.*accepted are pictures/)
    assert.equal(kept, null)
  })

  test('may ask from the pages of other origins', async () => {
    const response = await fetch(`${hub}/uploads/upl_00000000000000000000000000?secret=x`, {
      method: 'OPTIONS',
      headers: { origin: 'https://portal.example', 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'upload-offset,tus-resumable' },
    })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
    assert.match(response.headers.get('access-control-allow-methods'), /PATCH/)
    assert.match(response.headers.get('access-control-allow-headers'), /Upload-Offset/)
  })
})
