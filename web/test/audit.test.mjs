// The audits of the GraphQL over HTTP specification, against the server at HUB_TEST_URL.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { serverAudits } from 'graphql-http'

import { hub } from './hub.mjs'

const audits = serverAudits({ url: `${hub}/graphql` })

describe('GraphQL over HTTP', () => {
  test('the audits are those that were counted', () => {
    assert.equal(audits.length, 61)
  })
  for (const audit of audits) {
    test(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn()
      // An unmet SHOULD or MAY fails too.
      assert.equal(result.status, 'ok', result.reason)
    })
  }
})
