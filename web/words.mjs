// Checks the phrases of text/words before a build: every language has the same keys, and the same placeholders in each.
// scripts/generate checks more, among it that Go code uses each phrase.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const folder = new URL('../text/words/', import.meta.url)

/** Returns the placeholders of a phrase, sorted; one that chooses a plural form is marked. */
export function placeholders(phrase) {
  const names = new Map()
  for (const [, name, plural] of phrase.matchAll(/\{\s*([a-z][a-zA-Z0-9]*)\s*(?:(,\s*plural\s*,)|\})/g)) {
    names.set(name, names.get(name) || plural !== undefined)
  }
  return [...names].map(([name, plural]) => (plural ? `{${name}, plural}` : `{${name}}`)).sort().join(' ')
}

/** Returns the problems of the phrases by language, one line each. The first language is the reference. */
export function check(languages) {
  const [[first, reference], ...others] = Object.entries(languages)
  const problems = []
  for (const [tag, phrases] of others) {
    for (const [key, phrase] of Object.entries(reference)) {
      if (!(key in phrases)) {
        problems.push(`${tag}.json: key "${key}" is missing`)
      } else if (placeholders(phrases[key]) !== placeholders(phrase)) {
        problems.push(
          `${tag}.json: key "${key}" has the placeholders ${placeholders(phrases[key]) || 'none'}, ` +
            `${first}.json has ${placeholders(phrase) || 'none'}`,
        )
      }
    }
    for (const key of Object.keys(phrases)) {
      if (!(key in reference)) problems.push(`${tag}.json: key "${key}" is superfluous: ${first}.json does not have it`)
    }
  }
  return problems
}

function read(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problems = check(Object.fromEntries(read('languages').map(({ tag }) => [tag, read(tag)])))
  if (problems.length > 0) {
    console.error(`text/words: the phrases are not right:\n  ${problems.join('\n  ')}`)
    process.exit(1)
  }
}
