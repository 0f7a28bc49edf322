// The hub under test: scripts/test starts it and sets HUB_TEST_URL.
const url = process.env.HUB_TEST_URL
if (!url) throw new Error('HUB_TEST_URL is not set: run scripts/test --only served, or set it to a running hub')

export const hub = new URL(url).origin

// ask sends an operation and returns its data. With a key it acts as the ADMIN of a demo organisation.
export async function ask(query, variables, { key, headers } = {}) {
  const response = await fetch(`${hub}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}), ...headers },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = await response.json()
  if (errors) throw new Error(errors.map((e) => e.message).join('; '))
  return data
}

// anAdminsKey is the key of an ADMIN of the organisation with the id ksID.
export const anAdminsKey = process.env.HUB_TEST_KEY

export async function ksID() {
  const { organization } = await ask('{ organization(slug: "ks") { id } }')
  return organization.id
}
