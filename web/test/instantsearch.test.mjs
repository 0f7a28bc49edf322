// InstantSearch's widgets in a real browser, on a page of another origin, against /search-api of the hub at HUB_TEST_URL.
import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { build } from 'vite'

import { openBrowser } from './browser.mjs'
import { ask, hub } from './hub.mjs'

const counts = (facet) => Object.fromEntries(facet.values.map(({ value, count }) => [value, count]))

describe('InstantSearch', () => {
  let browser
  let page
  let server
  let folder
  const complaints = []

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dugnad-instantsearch-'))
    await build({
      root: fileURLToPath(new URL('instantsearch', import.meta.url)),
      configFile: false,
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 2000 },
    })
    server = createServer((request, response) => {
      const path = new URL(request.url, 'http://page').pathname
      response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html')
      createReadStream(join(folder, path === '/' ? 'index.html' : path)).pipe(response)
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 1600 }, locale: 'nb-NO' })
    page.setDefaultTimeout(15_000)
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`)
    })
    await page.goto(`http://127.0.0.1:${server.address().port}/?hub=${encodeURIComponent(hub)}`)
    await page.locator('#hits a').first().waitFor()
  })

  after(async () => {
    await browser?.close()
    server?.close()
    if (folder) await rm(folder, { recursive: true })
  })

  // shown returns the counts of a refinement list or a level of the menu, by label.
  const shown = (container) =>
    page.evaluate((container) => {
      const rows = document.querySelectorAll(`${container} .ais-RefinementList-item, ${container} .ais-HierarchicalMenu-item`)
      return Object.fromEntries(
        [...rows].map((row) => [
          row.querySelector('.ais-RefinementList-labelText, .ais-HierarchicalMenu-label').textContent,
          Number(row.querySelector('.ais-RefinementList-count, .ais-HierarchicalMenu-count').textContent.replace(/\D/g, '')),
        ]),
      )
    }, container)

  // until waits until read returns the wanted value.
  async function until(read, wanted) {
    for (let n = 0; ; n++) {
      const got = await read()
      try {
        return assert.deepEqual(got, wanted)
      } catch (error) {
        if (n === 100) throw error
        await page.waitForTimeout(50)
      }
    }
  }

  const found = () => page.locator('#stats').innerText().then((text) => Number(text.replace(/ results?.*$/s, '').replace(/\D/g, '')))
  const tick = (container, value) => page.locator(`${container} .ais-RefinementList-label`, { hasText: value }).first().click()

  test('shows everything at first', async () => {
    const { search } = await ask('{ search(facets: [TYPE]) { totalCount facets { values { value count } } } }')
    await until(found, search.totalCount)
    assert.deepEqual(await shown('#type'), counts(search.facets[0]))
  })

  test('finds and marks words in both Norwegian languages', async () => {
    await page.getByPlaceholder('Søk').first().fill('flyktningar')
    const { search } = await ask('{ search(query: "flyktningar", first: 10) { totalCount nodes { id } } }')
    await until(found, search.totalCount)
    await until(() => page.locator('#hits a').evaluateAll((links) => links.map((a) => a.dataset.id)), search.nodes.map((n) => n.id))
    const marked = await page.locator('#hits mark').allInnerTexts()
    assert.ok(marked.some((m) => /flyktningar/i.test(m)) && marked.some((m) => /flyktninger/i.test(m)), `marked: ${marked}`)
    await page.getByPlaceholder('Søk').first().fill('')
  })

  test('narrows by any of several types, and counts each as if it were not chosen', async () => {
    await tick('#type', 'REPORT')
    await tick('#type', 'TOOL')
    const { search } = await ask('{ search(filter: {types: [REPORT, TOOL]}, facets: [TYPE]) { totalCount facets { values { value count } } } }')
    await until(found, search.totalCount)
    assert.deepEqual(await shown('#type'), counts(search.facets[0]))
  })

  test('narrows by a range of years at the same time', async () => {
    await page.locator('#year .ais-RangeInput-input--min').fill('2017')
    await page.locator('#year .ais-RangeInput-input--max').fill('2018')
    await page.locator('#year .ais-RangeInput-submit').click()
    const { search } = await ask('{ search(filter: {types: [REPORT, TOOL], years: [2017, 2018]}, facets: [TYPE]) { totalCount facets { values { value count } } } }')
    await until(found, search.totalCount)
    await until(() => shown('#type'), counts(search.facets[0]))
  })

  test('goes down a hierarchical menu', async () => {
    await page.locator('#theme .ais-HierarchicalMenu-link', { hasText: 'settlement' }).first().click()
    const filter = '{types: [REPORT, TOOL], years: [2017, 2018], themes: ["settlement"]}'
    const { search } = await ask(`{ search(filter: ${filter}) { totalCount } }`)
    assert.ok(search.totalCount > 0)
    await until(found, search.totalCount)
    await page.locator('#theme .ais-HierarchicalMenu-list--child .ais-HierarchicalMenu-link').first().waitFor()
    const below = page.locator('#theme .ais-HierarchicalMenu-list--child .ais-HierarchicalMenu-link').first()
    const slug = await below.locator('.ais-HierarchicalMenu-label').innerText()
    await below.click()
    const deeper = await ask(`{ search(filter: {types: [REPORT, TOOL], years: [2017, 2018], themes: ["${slug}"]}) { totalCount } }`)
    await until(found, deeper.search.totalCount)
  })

  test('looks values of a facet up by the letters of their names', async () => {
    await page.reload()
    await page.locator('#organizations .ais-SearchBox-input').fill('folkehelse')
    await page.locator('#organizations .ais-RefinementList-labelText', { hasText: /^fhi|folkehelse/ }).first().waitFor()
  })

  test('gives more and more hits, none twice', async () => {
    await page.reload()
    await page.locator('#hits a').nth(9).waitFor()
    for (const more of [20, 30, 40]) {
      await page.locator('.ais-InfiniteHits-loadMore').click()
      await page.locator('#hits a').nth(more - 1).waitFor()
    }
    const ids = await page.locator('#hits a').evaluateAll((links) => links.map((a) => a.dataset.id))
    assert.equal(new Set(ids).size, 40)
    const { search } = await ask('{ search(first: 40) { nodes { id } } }')
    assert.deepEqual(ids, search.nodes.map((n) => n.id))
  })

  test('complains of nothing', () => assert.deepEqual(complaints, []))
})
