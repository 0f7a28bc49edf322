/** Has a choice of a facet or an order take effect at once: the page that the form would lead to is fetched and put in place. */
export function liveSearch() {
  let under: AbortController | undefined

  document.addEventListener('change', (event) => {
    const field = event.target
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement) || field.type === 'search') return
    const form = field.closest<HTMLFormElement>('form[data-live]')
    if (form) void go(addressOf(form), true)
  })
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('form[data-live] .chosen a') : null
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    void go(link.href, true)
  })
  let at = location.pathname + location.search
  window.addEventListener('popstate', () => {
    // A jump within the page is one too.
    if (location.pathname + location.search !== at && document.getElementById('resultat')) void go(location.href, false)
  })

  function addressOf(form: HTMLFormElement) {
    const url = new URL(form.action)
    for (const [name, value] of new FormData(form)) if (typeof value === 'string' && value !== '') url.searchParams.append(name, value)
    return url.href
  }

  async function go(address: string, remember: boolean) {
    under?.abort()
    const controller = (under = new AbortController())
    const results = document.getElementById('resultat')
    results?.setAttribute('aria-busy', 'true')
    try {
      const answer = await fetch(address, { signal: controller.signal, headers: { Accept: 'text/html' } })
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const fresh = page.getElementById('resultat')
      if (!results || !fresh) throw new Error(`${address}: no results in it`)
      put(results, fresh)
      document.title = page.title
      if (remember) history.pushState(null, '', address)
      at = location.pathname + location.search
    } catch (error) {
      if (controller.signal.aborted) return // a newer choice is on its way
      location.href = address // the browser shows what is wrong
    }
  }
}

/** Puts fresh results in place of those shown: boxes stay as the reader left them, and the focus where it was. */
function put(results: HTMLElement, fresh: HTMLElement) {
  const focused = document.activeElement
  const again = focused instanceof HTMLInputElement && focused.name ? `[name="${CSS.escape(focused.name)}"][value="${CSS.escape(focused.value)}"]` : focused instanceof HTMLSelectElement ? `select[name="${CSS.escape(focused.name)}"]` : ''
  const open = new Map<string, boolean>()
  for (const box of results.querySelectorAll<HTMLDetailsElement>('details[data-facet]')) open.set(box.dataset.facet ?? '', box.open)
  for (const box of fresh.querySelectorAll<HTMLDetailsElement>('details[data-facet]')) box.open = open.get(box.dataset.facet ?? '') ?? box.open
  const more = [...results.querySelectorAll<HTMLDetailsElement>('details.more')].map((d) => d.open)
  const said = fresh.querySelector('[data-status]')?.textContent ?? ''
  const status = results.querySelector('[data-status]')
  const parts = [...fresh.childNodes].filter((n) => !(n instanceof Element && n.matches('[data-status]')))
  results.replaceChildren(...parts, ...(status ? [status] : []))
  if (status) status.textContent = said
  ;[...results.querySelectorAll<HTMLDetailsElement>('details.more')].forEach((d, i) => {
    if (more[i]) d.open = true
  })
  results.removeAttribute('aria-busy')
  const target = (again && results.querySelector<HTMLElement>(again)) || results.querySelector<HTMLElement>('h1')
  if (target?.matches('h1')) target.tabIndex = -1
  target?.focus({ preventScroll: true })
}
