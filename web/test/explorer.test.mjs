// The explorer in a real browser, with and without JavaScript, against the server at HUB_TEST_URL, which has demo content.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'

import axe from 'axe-core'

import { openBrowser } from './browser.mjs'
import { anAdminsKey as key, ask, hub, ksID } from './hub.mjs'

// Screenshots of the main pages, for people to look at.
const shots = process.env.HUB_TEST_SHOTS
if (shots) mkdirSync(shots, { recursive: true })

/** Publishes a practice with what the demo content has none of, results before and after and a download with an address, and gives its path. */
async function publishMeasured() {
  const nb = (text) => [{ language: 'NB', text }]
  const { municipality } = await ask('{ municipality(number: "4602") { id } }')
  const { createPractice } = await ask(
    'mutation ($input: PracticeInput!, $organization: ID) { createPractice(input: $input, organization: $organization) { entry { id } problems { message } } }',
    {
      organization: await ksID(),
      input: {
        kind: 'APPROACH',
        texts: [{ language: 'NB', title: 'Boligopplæring i ferieukene, målt før og etter', summary: 'Kort sagt.', challenge: 'Ingen har tid.', steps: ['Finn ukene.', 'Lag et opplegg.'], resources: 'Én uke', cost: 'Tolk', didNotWork: 'Samme opplegg til alle.', ready: true }],
        results: [
          { label: nb('Kan lese egen husleiekontrakt'), before: 42, after: 71, unit: 'percent', n: 38, source: nb('Spørreskjema') },
          { label: nb('Dager til bolig'), before: 120, after: 85.5, unit: 'days' },
          { label: nb('Bare etter'), after: 12, unit: 'persons' },
        ],
        downloads: [{ title: nb('Opplegget'), format: 'pdf', bytes: 1234567, pages: 24, url: 'https://example.org/opplegg.pdf', language: 'NB' }],
        evidence: { level: 3, direction: 'POSITIVE', basis: nb('Spurt før og etter.') },
        municipalities: [{ municipality: municipality.id, role: 'USER', nameThen: 'Flora', numberThen: '1401' }],
      },
    },
    { key },
  )
  const { publish } = await ask('mutation ($id: ID!) { publish(items: [{id: $id, expectedRevision: 1}]) { problems { message } } }', { id: createPractice.entry.id }, { key })
  assert.deepEqual(publish.problems, [])
  const { node } = await ask('query ($id: ID!) { node(id: $id) { ... on Content { url } } }', { id: createPractice.entry.id })
  return new URL(node.url).pathname
}

/** Every kind of page, and the states that a reader meets. */
const pages = {
  front: '/',
  'front in nynorsk': '/nn',
  'front in English': '/en',
  search: '/sok?q=veiledning',
  'search with facets': '/sok?q=veiledning&tema=introduction&kommune=5001&kommune=1577',
  'search that finds a municipality': '/sok?kommune=5001&finn=flora',
  'search on the map': '/sok?q=bosetting&vis=kart',
  'search without hits': '/sok?q=veiledning&kommune=4602&ar=2016',
  'search without words': '/sok',
  practice: '/praksis/fem-kommuner-som-lykkes-med-introduksjonsprogrammet',
  report: '/nn/rapport/busettingsklare-flyktninger-og-avtalt-sjolvbusetting',
  'report with figures': '/nn/rapport/jobbsjansen-2016-analyse-av-individ-og-prosjektrapportering',
  'report in another language than the page': '/en/rapport/busettingsklare-flyktninger-og-avtalt-sjolvbusetting',
  tool: '/verktoy/gode-grep-for-boveiledning-og-veiledning-i-boligkarriere-for-flyktninger',
  project: '/prosjekt/bedre-kvalifiseringslop-hos-imdi',
  collection: '/samling/forside',
  municipalities: '/kommuner',
  municipality: '/kommune/4602',
  'former municipality': '/kommune/1401',
  themes: '/temaer',
  theme: '/tema/settlement',
  organisation: '/organisasjon/ks',
  about: '/om',
  'how to embed': '/bygg-inn',
  'sharing, signed out': '/del',
  'not found': '/finnes-ikke',
  'no such choice': '/sok?ar=abc',
}

const refused = { 'not found': 404, 'no such choice': 400 }

describe('explorer', () => {
  let browser

  before(async () => {
    browser = await openBrowser()
    const { events, networks } = await ask('{ events(first: 1) { nodes { slug } } networks(first: 1) { nodes { slug } } }')
    pages.event = `/arrangement/${events.nodes[0].slug}`
    pages.network = `/nettverk/${networks.nodes[0].slug}`
    if (key) pages['practice with results and a download'] = await publishMeasured()
  })

  after(() => browser?.close())

  /** A page that keeps what it complains of: errors of the console, of scripts, of the policy, and answers of 400 and above. */
  async function open(path, { status = 200, ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'nb-NO', ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    const complaints = []
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`))
    page.on('response', (response) => response.status() >= 400 && response.url() !== `${hub}${path}` && complaints.push(`${response.status()}: ${response.url()}`))
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && !message.text().includes(`status of ${status}`) && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    const response = await page.goto(`${hub}${path}`, { waitUntil: 'load' })
    assert.equal(response.status(), status, path)
    return { page, complaints, response, close: () => context.close() }
  }

  async function violations(page) {
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'] }))
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} ${n.failureSummary?.split('\n')[1] ?? ''}`))
  }

  for (const { name, ...options } of [
    { name: 'on a desk', viewport: { width: 1280, height: 900 } },
    { name: 'in the dark', viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
    { name: 'on a telephone', viewport: { width: 390, height: 844 } },
    { name: 'at 400 per cent', viewport: { width: 320, height: 640 } },
  ]) {
    test(`axe finds nothing ${name}, nothing scrolls sideways, and nothing complains`, async () => {
      const found = []
      for (const [what, path] of Object.entries(pages)) {
        const { page, complaints, close } = await open(path, { status: refused[what] ?? 200, ...options })
        // Everything that can be opened is checked too.
        await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)))
        found.push(...(await violations(page)).map((v) => `${what}: ${v}`), ...complaints.map((c) => `${what}: ${c}`))
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        if (wide > 0) found.push(`${what}: scrolls sideways by ${wide} px`)
        await close()
      }
      assert.deepEqual(found, [])
    })
  }

  test('every page has its language, one heading, a title, a description of itself for machines, and its other languages', async () => {
    for (const [what, path] of Object.entries(pages)) {
      const { page, close } = await open(path, { status: refused[what] ?? 200, javaScriptEnabled: true })
      const tag = path.startsWith('/nn') ? 'nn' : path.startsWith('/en') ? 'en' : 'nb'
      assert.equal(await page.locator('html').getAttribute('lang'), tag, what)
      assert.equal(await page.locator('h1').count(), 1, what)
      assert.match(await page.title(), /Dugnad/, what)
      for (const text of await page.locator('script[type="application/ld+json"]').allTextContents()) assert.equal(JSON.parse(text)['@context'], 'https://schema.org', what)
      assert.ok((await page.locator('head link[type="application/atom+xml"]').count()) === 1, what)
      assert.deepEqual((await page.locator('.tongues a').allTextContents()).length, 2, what)
      await close()
    }
  })

  test('a caseworker finds what municipalities did about settlement, without JavaScript', async () => {
    const { page, close } = await open('/', { javaScriptEnabled: false })
    await page.getByRole('searchbox', { name: 'Søk i Dugnad' }).fill('bosetting enslige mindreårige')
    await page.getByRole('button', { name: 'Søk', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: /treff på/ }).waitFor()
    await page.getByRole('checkbox', { name: /^Rapport/ }).check()
    await page.getByRole('button', { name: /^Vis .* treff/ }).click()
    await page.waitForURL(/type=REPORT/)
    const first = page.locator('.hit h2 a').first()
    const title = (await first.textContent()).trim()
    await first.click()
    assert.equal((await page.getByRole('heading', { level: 1 }).textContent()).replaceAll('\u00ad', ''), title)
    await page.getByText('Kunnskapsgrunnlag').first().waitFor()
    await close()
  })

  test('facets take effect at once, keep the focus, and can be shared and gone back from', async () => {
    const { page, complaints, close } = await open('/sok?q=veiledning')
    const all = await page.getByRole('heading', { level: 1 }).textContent()
    await page.getByRole('checkbox', { name: /^Verktøy/ }).check()
    await page.locator('.ds-chip', { hasText: 'Verktøy' }).waitFor()
    assert.match(page.url(), /type=TOOL/)
    assert.notEqual(await page.getByRole('heading', { level: 1 }).textContent(), all)
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('value')), 'TOOL')
    assert.match(await page.locator('[data-status]').textContent(), /treff/)
    // Disjunctive: the other types keep their counts, so that a second one can be chosen.
    assert.match(await page.locator('.opt', { hasText: 'Praksis' }).textContent(), /[1-9]/)
    const shared = page.url()
    await page.locator('.ds-chip', { hasText: 'Verktøy' }).click()
    await page.locator('.ds-chip').waitFor({ state: 'detached' })
    await page.goBack()
    await page.locator('.ds-chip', { hasText: 'Verktøy' }).waitFor()
    assert.equal(page.url(), shared)
    assert.deepEqual(complaints, [])
    await close()
    const again = await open(new URL(shared).pathname + new URL(shared).search, { javaScriptEnabled: false })
    assert.equal(await again.page.locator('.ds-chip').count(), 1)
    await again.close()
  })

  test('suggestions come while a reader types', async () => {
    const { page, complaints, close } = await open('/')
    await page.getByRole('combobox', { name: 'Søk i Dugnad' }).pressSequentially('introd', { delay: 20 })
    await page.locator('datalist option[value*="ntroduksjon"]').first().waitFor({ state: 'attached' })
    assert.deepEqual(complaints, [])
    await close()
  })

  test('a municipality is found by its former name and number', async () => {
    const { page, close } = await open('/kommuner?navn=flora', { javaScriptEnabled: false })
    assert.equal(new URL(page.url()).pathname, '/kommune/4602')
    assert.match(await page.locator('.mhead').textContent(), /Flora \(1401\) og Vågsøy \(1439\) ble Kinn i 2020/)
    await page.goto(`${hub}/kommune/0417`)
    assert.equal(new URL(page.url()).pathname, '/kommune/3413')
    await close()
  })

  test('a practice shows what was measured, who has taken it into use, and what can be downloaded', { skip: !key && 'HUB_TEST_KEY is not set' }, async () => {
    const { page, close } = await open(pages['practice with results and a download'])
    assert.match(await page.getByRole('row', { name: /husleiekontrakt/ }).textContent(), /42.%\s*71.%\s*38/)
    assert.ok(await page.getByRole('img', { name: 'Opp 29 prosentpoeng' }).isVisible())
    assert.ok(await page.getByRole('img', { name: 'Ned 34,5 dager' }).isVisible())
    assert.equal(await page.getByRole('link', { name: 'Last ned (PDF, 1,2 MB, 24 sider, bokmål)' }).getAttribute('href'), 'https://example.org/opplegg.pdf')
    await page.goto(`${hub}/kommune/4602`)
    assert.match(await page.locator('section', { has: page.getByRole('heading', { name: 'Har tatt i bruk' }) }).textContent(), /Boligopplæring i ferieukene/)
    await close()
  })

  test('texts in another language than the page say so to screen readers', async () => {
    const { page, close } = await open('/en/rapport/busettingsklare-flyktninger-og-avtalt-sjolvbusetting')
    assert.equal(await page.locator('h1').getAttribute('lang'), 'nn')
    assert.equal(await page.locator('.finds').getAttribute('lang'), 'nn')
    assert.equal(await page.locator('h2', { hasText: 'Findings' }).getAttribute('lang'), null)
    assert.equal(await page.getByRole('link', { name: 'Les på nynorsk' }).getAttribute('href'), '/nn/rapport/busettingsklare-flyktninger-og-avtalt-sjolvbusetting')
    await close()
  })

  test('an answer to "did you find it" is counted, with JavaScript and without', async () => {
    const path = '/praksis/fem-kommuner-som-lykkes-med-introduksjonsprogrammet'
    const lively = await open(path)
    await lively.page.getByRole('button', { name: 'Ja', exact: true }).click()
    await lively.page.getByText('Takk for svaret.').waitFor()
    assert.deepEqual(lively.complaints, [])
    await lively.close()
    const plain = await open('/sok?q=veiledning', { javaScriptEnabled: false })
    await plain.page.getByRole('button', { name: 'Nei', exact: true }).click()
    await plain.page.getByRole('heading', { level: 1, name: 'Takk for svaret' }).waitFor()
    await plain.page.getByRole('link', { name: 'Tilbake til siden' }).click()
    assert.match(plain.page.url(), /\/sok\?q=veiledning/)
    await plain.close()
  })

  test('a caseworker shares an experience from a telephone, without JavaScript, and the editor finds it', { skip: !process.env.HUB_TEST_PASSWORD && 'HUB_TEST_PASSWORD is not set' }, async () => {
    const { page, close } = await open('/del', { javaScriptEnabled: false, viewport: { width: 390, height: 844 } })
    await page.locator('main').getByRole('link', { name: 'Logg inn' }).click()
    await page.locator('input[name=email]').fill(process.env.HUB_TEST_EMAIL)
    await page.locator('input[name=password]').fill(process.env.HUB_TEST_PASSWORD)
    await page.locator('button[type=submit]').first().click()
    await page.getByLabel('Hva gjorde dere?').fill('Vi møter familiene hjemme')
    await page.getByRole('button', { name: 'Send til redaktøren' }).click()
    // The missing answers are listed with links, and what was written is kept.
    await page.getByRole('alert').getByRole('link', { name: 'Hva var utfordringen?' }).click()
    assert.equal(await page.getByLabel('Hva gjorde dere?').inputValue(), 'Vi møter familiene hjemme')
    await page.getByLabel('Hva var utfordringen?').fill('Mange kom ikke til kontoret.')
    await page.getByLabel('Hvordan gikk dere fram?').fill('Ring først.\nBesøk hjemme.')
    await page.getByLabel('Hva kom det ut av det?').fill('Flere fikk hjelp.')
    await page.getByLabel('Vi eller brukerne har merket en forskjell').check()
    await page.getByLabel('Bosetting', { exact: true }).check()
    await page.getByRole('button', { name: 'Send til redaktøren' }).click()
    await page.getByRole('heading', { level: 1, name: 'Takk, nå er det sendt' }).waitFor()
    await page.goto(`${hub}/sok?q=${encodeURIComponent('møter familiene hjemme')}`)
    assert.equal(await page.locator('.hit', { hasText: 'Vi møter familiene hjemme' }).count(), 0, 'a draft is not found')
    await close()

    // The form with JavaScript, empty and with missing answers, in light and dark.
    for (const colorScheme of ['light', 'dark']) {
      const { page, complaints, close } = await open('/del', { colorScheme, viewport: { width: 390, height: 844 } })
      await page.locator('main').getByRole('link', { name: 'Logg inn' }).click()
      await page.locator('input[name=email]').fill(process.env.HUB_TEST_EMAIL)
      await page.locator('input[name=password]').fill(process.env.HUB_TEST_PASSWORD)
      await page.locator('button[type=submit]').first().click()
      await page.getByLabel('Hva gjorde dere?').waitFor()
      assert.deepEqual(await violations(page), [])
      await page.getByRole('button', { name: 'Send til redaktøren' }).click()
      await page.getByRole('alert').waitFor()
      assert.deepEqual(await violations(page), [])
      if (shots) await page.screenshot({ path: `${shots}/sharing-what-is-missing-${colorScheme}-390.png`, fullPage: true })
      assert.deepEqual(complaints, [])
      await close()
    }
  })

  test('the first page is under 100 KB, and no page sets a cookie or asks anybody else', async () => {
    const sizes = {}
    for (const [what, path] of Object.entries({ front: pages.front, search: pages.search, report: pages.report })) {
      const context = await browser.newContext()
      const page = await context.newPage()
      const elsewhere = []
      page.on('request', (request) => new URL(request.url()).origin !== hub && !request.url().startsWith('data:') && elsewhere.push(request.url()))
      const session = await context.newCDPSession(page)
      await session.send('Network.enable')
      const kinds = new Map()
      let bytes = 0
      session.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type))
      session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => kinds.get(requestId) !== 'Image' && (bytes += encodedDataLength))
      await page.goto(`${hub}${path}`, { waitUntil: 'networkidle' })
      sizes[what] = bytes
      assert.deepEqual(elsewhere, [], what)
      assert.deepEqual(await context.cookies(), [], what)
      await context.close()
    }
    console.log('bytes of first pages, without images:', sizes)
    for (const [what, bytes] of Object.entries(sizes)) assert.ok(bytes < 100_000, `${what}: ${bytes} bytes`)
  })

  test('the printed report has its text, and neither menu nor forms', async () => {
    const { page, close } = await open(pages.report)
    await page.emulateMedia({ media: 'print' })
    for (const gone of ['.top nav', '.foot', '.helpful', '.share']) assert.equal(await page.locator(gone).first().isVisible(), false, gone)
    assert.ok(await page.locator('.finds').isVisible())
    await close()
  })

  test('screenshots of the main pages', { skip: !shots && 'HUB_TEST_SHOTS names no folder' }, async () => {
    for (const [what, path] of Object.entries(pages)) {
      for (const width of [1280, 390]) {
        const { page, close } = await open(path, { status: refused[what] ?? 200, viewport: { width, height: 900 } })
        await page.evaluate(() => document.fonts.ready)
        await page.screenshot({ path: `${shots}/${what.replaceAll(/[ ,]+/g, '-')}-${width}.png`, fullPage: true })
        await close()
      }
    }
  })
})
