// Debian's Chromium, driven by playwright-core; no browser is downloaded.
import { chromium } from 'playwright-core'

// Without these, Chromium contacts Google's hosts at every start.
const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.HUB_TEST_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    // Chromium's sandbox does not start for root, and CI is root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-gpu', ...quiet],
  })
}
