// Takes the screenshots of the README from the hub at HUB_TEST_URL and saves them in a folder. Run by scripts/pictures.
import { mkdirSync } from 'node:fs'

import { openBrowser } from './test/browser.mjs'
import { hub } from './test/hub.mjs'

const folder = process.argv[2]
if (!folder) throw new Error('name a folder')
mkdirSync(folder, { recursive: true })

const pictures = {
  explorer: { path: '/', height: 900 },
  search: { path: '/sok?q=veiledning&tema=introduction', height: 900 },
  report: { path: '/nn/rapport/jobbsjansen-2016-analyse-av-individ-og-prosjektrapportering', height: 1000 },
  embed: { path: '/portal', height: 900 },
}

const browser = await openBrowser()
for (const [name, { path, height }] of Object.entries(pictures)) {
  const page = await browser.newPage({ viewport: { width: 1280, height }, locale: 'nb-NO', colorScheme: 'light' })
  await page.goto(hub + path, { waitUntil: 'networkidle' })
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: `${folder}/${name}.png` })
  await page.close()
  console.log(`${folder}/${name}.png`)
}
await browser.close()
