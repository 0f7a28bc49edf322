// Prints what tests took: node scripts/timings.mjs FOLDER. Each *.jsonl of the folder has the events of one command, as `go test -json`
// writes them; web/test/timings.mjs writes the same of the web tests. scripts/test --timings fills the folder and runs this.
//
// A test may log `timed: WHAT DURATION` (t.Logf("timed: demo import %s", took)) for work that others repeat: the tool adds it up.
import { createReadStream, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'

const folder = process.argv[2]
if (!folder) {
  console.error('usage: node scripts/timings.mjs FOLDER')
  process.exit(2)
}

const longest = 30 // rows of a table
const often = 20 // times that a line is logged before it counts as repeated

const packages = [] // {command, name, seconds}
const tests = [] // {command, name, path, seconds}: path is the test with its parents
const lines = new Map() // what was logged, without its numbers: how many times
const timed = new Map() // what was timed: {count, seconds}

const units = { h: 3600, m: 60, s: 1, ms: 1e-3, µs: 1e-6, us: 1e-6, ns: 1e-9 }

/** Returns the seconds of a time.Duration as Go prints it, such as 1m2.5s. */
function seconds(duration) {
  let sum = 0
  for (const [, n, unit] of duration.matchAll(/([\d.]+)(h|ms|m|µs|us|ns|s)/g)) sum += Number(n) * units[unit]
  return sum
}

/** Returns the line without what differs each time, or '' for what the test framework itself says. */
function alike(line) {
  if (/^(=== |\s*--- |PASS$|FAIL|ok\s|\?\s|coverage:)/.test(line)) return ''
  return line
    .trim()
    .replace(/\btime=\S+ /, '')
    .replace(/"[^"]{24,}"/g, '"…"')
    .replace(/\b[a-z]{3}_[0-9a-z]{26}\b/g, 'ID')
    .replace(/\/tmp\/\S+/g, 'PATH')
    .replace(/[\d.]+(ms|µs|s|m|h)?\b/g, 'N')
}

function take(command, { Action, Package, Test, Elapsed, Output }) {
  if (Action === 'output' && Output) {
    const found = /\btimed: (.+) ([\d.]+[hmsµun][\dhmsµun.]*)\s*$/.exec(Output)
    if (found) {
      const sum = timed.get(found[1]) ?? { count: 0, seconds: 0 }
      timed.set(found[1], { count: sum.count + 1, seconds: sum.seconds + seconds(found[2]) })
      return
    }
    const line = alike(Output)
    if (line) lines.set(line, (lines.get(line) ?? 0) + 1)
  } else if ((Action === 'pass' || Action === 'fail') && Elapsed !== undefined) {
    if (Test) tests.push({ command, name: Package, path: Test, seconds: Elapsed })
    else packages.push({ command, name: Package, seconds: Elapsed })
  }
}

for (const file of readdirSync(folder).filter((f) => f.endsWith('.jsonl')).sort()) {
  for await (const line of createInterface({ input: createReadStream(join(folder, file)) })) {
    let event
    try {
      event = JSON.parse(line)
    } catch {
      continue // what the command wrote beside its events, such as a build failure
    }
    take(basename(file, '.jsonl'), event)
  }
}

const number = (n) => n.toFixed(2).padStart(9)
const bySeconds = (a, b) => b.seconds - a.seconds
function table(title, rows) {
  if (!rows.length) return
  console.log(`\n${title}`)
  for (const row of rows) console.log(row)
}

const parents = new Set(tests.map(({ command, name, path }) => [command, name, path.split('/').slice(0, -1).join('/')].join(' ')))
const top = tests.filter((t) => !t.path.includes('/'))
const leaves = tests.filter((t) => !parents.has([t.command, t.name, t.path].join(' ')))
const total = top.reduce((sum, t) => sum + t.seconds, 0)
const below = (t) => leaves.filter((l) => l.command === t.command && l.name === t.name && l.path.startsWith(`${t.path}/`)).length

table(
  'seconds of each package (those that run side by side overlap)',
  packages.sort(bySeconds).slice(0, longest).map((p) => `${number(p.seconds)}  ${p.command}  ${p.name}`),
)
table(
  `slowest tests: seconds, share of the ${total.toFixed(0)} s of all ${top.length}, subtests (parallel ones overlap)`,
  top.sort(bySeconds).slice(0, longest).map((t) => {
    const share = `${((100 * t.seconds) / total).toFixed(1)} %`.padStart(7)
    return `${number(t.seconds)}${share}${String(below(t)).padStart(6)}  ${t.command}  ${t.name}.${t.path}`
  }),
)
table(
  'slowest subtests',
  leaves.filter((t) => t.path.includes('/')).sort(bySeconds).slice(0, longest).map((t) => `${number(t.seconds)}  ${t.command}  ${t.name}.${t.path}`),
)

// The same subtest of many parents, or the same test of both dialects: small each, much together.
const groups = new Map()
for (const { path, seconds: s } of leaves) {
  const name = path.split('/').at(-1).replace(/#\d+$/, '').replace(/\d+/g, 'N')
  const sum = groups.get(name) ?? { count: 0, seconds: 0 }
  groups.set(name, { count: sum.count + 1, seconds: sum.seconds + s })
}
table(
  'done again and again: subtests of one name (seconds, times)',
  [...groups]
    .filter(([, g]) => g.count >= 3)
    .sort(([, a], [, b]) => bySeconds(a, b))
    .slice(0, longest)
    .map(([name, g]) => `${number(g.seconds)}${String(g.count).padStart(6)}  ${name}`),
)
table(
  'done again and again: what tests timed (seconds, times)',
  [...timed].sort(([, a], [, b]) => bySeconds(a, b)).map(([name, t]) => `${number(t.seconds)}${String(t.count).padStart(6)}  ${name}`),
)
table(
  `done again and again: lines that were logged at least ${often} times`,
  [...lines]
    .filter(([, n]) => n >= often)
    .sort(([, a], [, b]) => b - a)
    .slice(0, longest)
    .map(([line, n]) => `${String(n).padStart(9)}  ${line.slice(0, 160)}`),
)
