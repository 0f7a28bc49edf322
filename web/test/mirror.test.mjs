// The consumer of the change feed in docs/examples, run against the server at HUB_TEST_URL.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'

import { hub } from './hub.mjs'

const program = new URL('../../docs/examples/mirror.mjs', import.meta.url).pathname

describe('a portal that keeps a copy', () => {
  let folder, file
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mirror-'))
    file = join(folder, 'copy.json')
  })
  after(() => rm(folder, { recursive: true }))

  const mirror = async (...types) => (await promisify(execFile)(process.execPath, [program, hub, file, ...types])).stdout.trim()
  const copy = async () => JSON.parse(await readFile(file, 'utf8'))

  test('takes everything at first', async () => {
    const response = await fetch(`${hub}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ practices { totalCount } reports { totalCount } }' }),
    })
    const { practices, reports } = (await response.json()).data
    const total = practices.totalCount + reports.totalCount
    assert.match(await mirror('PRACTICE', 'REPORT'), new RegExp(`^${total} taken, 0 dropped, ${total} in `))
    const { entries } = await copy()
    assert.equal(Object.values(entries).filter((e) => e.__typename === 'Practice').length, practices.totalCount)
    assert.ok(Object.values(entries).every((e) => e.title && e.url && e.version >= 1))
  })

  test('takes nothing again when nothing has changed', async () => {
    const had = await copy()
    assert.match(await mirror('PRACTICE', 'REPORT'), /^0 taken, 0 dropped/)
    assert.deepEqual(await copy(), had)
  })

  test('a cursor that is not one is an error, and the copy stays', async () => {
    const had = await copy()
    await writeFile(file, JSON.stringify({ ...had, cursor: 'nothing' }))
    await assert.rejects(mirror('PRACTICE', 'REPORT'), /does not belong/)
    assert.deepEqual((await copy()).entries, had.entries)
  })
})
