// A reporter of node --test that writes what each test took, one line of JSON each, in the shape of `go test -json`: for scripts/timings.mjs.
import { basename } from 'node:path'

export default async function* (events) {
  const path = [] // the names of the suites and the test that run now
  for await (const { type, data } of events) {
    if (type === 'test:start') path[data.nesting] = data.name.replaceAll('/', '∕')
    if (type !== 'test:pass' && type !== 'test:fail') continue
    path[data.nesting] = data.name.replaceAll('/', '∕')
    const event = {
      Action: type === 'test:pass' ? 'pass' : 'fail',
      Package: basename(data.file ?? 'web'),
      Test: path.slice(0, data.nesting + 1).join('/'),
      Elapsed: data.details.duration_ms / 1000,
    }
    yield `${JSON.stringify(event)}\n`
  }
}
