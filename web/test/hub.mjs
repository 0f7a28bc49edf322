// Where the hub under test answers: scripts/test starts it and sets HUB_TEST_URL.
const url = process.env.HUB_TEST_URL
if (!url) throw new Error('HUB_TEST_URL is not set: run scripts/test --only served, or set it to a running hub')

export const hub = new URL(url).origin
