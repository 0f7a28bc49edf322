// What axe finds on a page. The minified build is half as long to send to the browser, and is sent once a page.
import axe from 'axe-core/axe.min.js'

export const wcag22AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

/** Returns the violations of every rule with one of the tags, as axe reports them. */
export async function violationsOf(page, tags) {
  // Playwright evaluates outside the page's content security policy; addScriptTag would not.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  // Only violations are listed node by node: most of the time went into describing what passed.
  return page.evaluate(async (tags) => (await globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] })).violations, tags)
}

/** Returns one line for each node that violates a rule. */
export const lines = (violations) =>
  violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.failureSummary?.split('\n')[1] ?? ''}`))
