import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from './words.mjs'

const hits = '{count, plural, one {1 treff} other {{count} treff på {query}}}'

for (const [name, nn, want] of [
  ['the same keys and placeholders', { 'a.b': 'Hei {name}', 'a.c': hits }, []],
  ['a missing key', { 'a.b': '{name}' }, ['nn.json: key "a.c" is missing']],
  ['a superfluous key', { 'a.b': '{name}', 'a.c': hits, 'a.d': 'x' }, ['nn.json: key "a.d" is superfluous: nb.json does not have it']],
  ['another placeholder', { 'a.b': '{namn}', 'a.c': hits }, ['nn.json: key "a.b" has the placeholders {namn}, nb.json has {name}']],
  ['no placeholder', { 'a.b': 'Hei', 'a.c': hits }, ['nn.json: key "a.b" has the placeholders none, nb.json has {name}']],
  [
    'no plural',
    { 'a.b': '{name}', 'a.c': '{count} treff på {query}' },
    ['nn.json: key "a.c" has the placeholders {count} {query}, nb.json has {count, plural} {query}'],
  ],
]) {
  test(`words: ${name}`, () => {
    assert.deepEqual(check({ nb: { 'a.b': 'Hei {name}', 'a.c': hits }, nn }), want)
  })
}
