// What partners show of the hub, on a page of another origin in a real browser: web components, frames, and what
// becomes of them when content is withdrawn.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'

import { lines, violationsOf, wcag22AA } from './axe.mjs'
import { openBrowser } from './browser.mjs'
import { anAdminsKey as key, ask, hub, ksID } from './hub.mjs'

const portal = readFileSync(new URL('../../docs/examples/portal.html', import.meta.url), 'utf8')
  .replaceAll('https://dugnad.example', hub)
  .replaceAll(encodeURIComponent('https://dugnad.example'), encodeURIComponent(hub))

// A policy as strict as a partner's may be: only what /bygg-inn says is let in.
const strict = `default-src 'none'; style-src 'unsafe-inline'; script-src ${hub}; connect-src ${hub}; frame-src ${hub}; require-trusted-types-for 'script'; trusted-types dugnad`

describe('embeds', () => {
  let browser
  let server
  let site
  let entry

  /** Makes and publishes a practice, and gives its id. */
  async function published(title) {
    const { createPractice } = await ask(
      'mutation ($input: PracticeInput!, $organization: ID) { createPractice(input: $input, organization: $organization) { entry { id } problems { message } } }',
      { input: { kind: 'ADVICE', texts: [{ language: 'NB', title, summary: 'Kort sagt.', ready: true }] }, organization: await ksID() },
      { key },
    )
    await act('publish', createPractice.entry.id)
    return createPractice.entry.id
  }

  async function act(name, id) {
    const { [name]: done } = await ask(`mutation ($id: ID!) { ${name}(items: [{id: $id, expectedRevision: 1}]) { problems { message } } }`, { id }, { key })
    assert.deepEqual(done.problems, [])
  }

  before(async () => {
    browser = await openBrowser()
    entry = await published(`Et kort som blir borte ${Date.now()}`)
    const pages = {
      '/': portal,
      '/gone': `<!doctype html><html lang="nb"><title>Partner</title><script src="${hub}/embed.js" async></script><main><h1>Partner</h1>
        <dugnad-card item="${entry}"><a href="${hub}/">Til Dugnad</a></dugnad-card>
        <dugnad-list items="${entry},pra_00000000000000000000000000" heading="Utvalg"><a href="${hub}/">Til Dugnad</a></dugnad-list></main></html>`,
      '/down': `<!doctype html><html lang="nb"><title>Partner</title><script src="${hub}/embed.js" async></script><dugnad-card item="${entry}"><a href="${hub}/">Til Dugnad</a></dugnad-card></html>`,
    }
    server = createServer((request, response) => {
      const page = pages[request.url]
      response.writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': strict })
      response.end(page ?? 'not found')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    site = `http://127.0.0.1:${server.address().port}`
  })

  after(async () => {
    await browser?.close()
    server?.close()
  })

  async function open(path, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'nb-NO', ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    const complaints = []
    page.on('console', (m) => m.type() === 'error' && !m.text().includes('favicon') && !m.text().includes('404') && complaints.push(m.text()))
    page.on('pageerror', (e) => complaints.push(String(e)))
    await page.goto(site + path)
    return { page, context, complaints, close: () => context.close() }
  }

  test('the script is under 15 KB, packed', async () => {
    const response = await fetch(`${hub}/embed.js`)
    const packed = gzipSync(Buffer.from(await response.arrayBuffer())).length
    console.log('embed.js, packed:', packed, 'bytes')
    assert.ok(packed < 15 * 1024)
  })

  test('the portal shows a card, lists, a search and a frame under a strict policy, without cookies', async () => {
    const { page, context, complaints, close } = await open('/')
    await page.locator('dugnad-card').getByRole('link', { name: /Gode grep for boveiledning/ }).waitFor()
    await page.locator('dugnad-list').first().getByRole('listitem').first().waitFor()
    assert.equal(await page.locator('dugnad-list').first().getByRole('listitem').count(), 3)
    await page.locator('iframe').scrollIntoViewIfNeeded()
    await page.frameLocator('iframe').getByRole('link', { name: /Gode grep for boveiledning/ }).waitFor()
    // The page's own style does not reach in, its properties do.
    const [font, size] = await page.locator('dugnad-card h3').evaluate((h) => [getComputedStyle(h).fontFamily, getComputedStyle(h).borderBottomStyle])
    assert.match(font, /Georgia/)
    assert.equal(size, 'none')
    assert.equal(await page.locator('dugnad-card h3').count(), 1, 'the level of its heading is the page’s choice')
    assert.deepEqual(await context.cookies(), [])
    assert.deepEqual(complaints, [])
    await close()
  })

  test('a search is answered on the page, from the keyboard, and said to screen readers', async () => {
    const { page, complaints, close } = await open('/')
    const search = page.locator('dugnad-search')
    await search.getByRole('searchbox').focus()
    await page.keyboard.type('veiledning')
    await page.keyboard.press('Enter')
    await search.getByRole('listitem').first().waitFor()
    assert.match(await search.getByRole('status').textContent(), /treff/)
    assert.equal(await search.getByRole('searchbox').inputValue(), 'veiledning')
    assert.equal(await page.evaluate(() => document.querySelector('dugnad-search').shadowRoot.activeElement?.getAttribute('name')), 'q')
    await search.getByRole('searchbox').fill('xqzfinnesikke')
    await page.keyboard.press('Enter')
    await search.getByText('Ingen treff på «xqzfinnesikke»').waitFor()
    assert.deepEqual(complaints, [])
    await close()
  })

  test('axe finds nothing in the portal, nor in the frames, and nothing scrolls sideways', async () => {
    // Each page is loaded once, narrow, and then made wide: neither the components nor the frames ask how wide they
    // are.
    const { page, close } = await open('/', { viewport: { width: 320, height: 800 }, bypassCSP: true })
    await page.locator('dugnad-search').getByRole('searchbox').fill('veiledning')
    await page.keyboard.press('Enter')
    await page.locator('dugnad-search').getByRole('listitem').first().waitFor()
    const found = []
    const look = async (what) => {
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 800 })
        found.push(...lines(await violationsOf(page, wcag22AA)).map((v) => `${what} at ${width} px: ${v}`))
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        if (wide > 0) found.push(`${what} at ${width} px: scrolls sideways by ${wide} px`)
      }
    }
    await look('portal')
    const paths = [`card?item=${entry}`, 'card?item=nothing', 'list?theme=settlement&first=5', 'search?q=veiledning', 'search']
    for (const path of paths) {
      await page.goto(`${hub}/embed/${path}`)
      await look(path)
    }
    assert.deepEqual(found, [])
    await close()
  })

  test('without JavaScript the page’s own links are there, and the frame has the card', async () => {
    const { page, close } = await open('/', { javaScriptEnabled: false })
    assert.ok(await page.getByRole('link', { name: 'Et kort fra Dugnad' }).isVisible())
    await page.locator('iframe').scrollIntoViewIfNeeded()
    await page.frameLocator('iframe').getByRole('link', { name: /Gode grep for boveiledning/ }).waitFor()
    await close()
  })

  test('when the hub cannot be reached the page’s own link is there', async () => {
    const { page, close } = await open('/down')
    await page.route(`${hub}/embed/**`, (route) => route.abort())
    await page.reload()
    await page.waitForFunction(() => customElements.get('dugnad-card'))
    assert.ok(await page.getByRole('link', { name: 'Til Dugnad' }).isVisible())
    await close()
  })

  test('what is withdrawn goes away from pages that stand open, and one quiet sentence takes its place', async () => {
    const { page, close } = await open('/gone')
    await page.clock.install()
    await page.reload()
    const card = page.locator('dugnad-card')
    await card.getByRole('link', { name: /Et kort som blir borte/ }).waitFor()
    assert.equal(await page.locator('dugnad-list').getByText('ikke tilgjengelig lenger').count(), 1, 'an id of nothing is as one that was withdrawn')
    await act('withdraw', entry)
    await page.clock.runFor(31_000) // components ask every 30 seconds; shared caches keep an answer for 20
    await card.getByText('Dette innholdet er ikke tilgjengelig lenger.').waitFor()
    // Each component asks for itself, so the list may be later than the card.
    await page.locator('dugnad-list').getByText('ikke tilgjengelig lenger').nth(1).waitFor()
    assert.equal(await page.getByText('Et kort som blir borte').count(), 0)
    assert.equal(await page.locator('dugnad-list').getByText('ikke tilgjengelig lenger').count(), 2)
    await close()
  })
})
