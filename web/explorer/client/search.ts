/** Applies a facet or an order as soon as it is chosen: fetches the page that the form leads to and shows its results. */
export function liveSearch() {
  let pending: AbortController | undefined

  document.addEventListener('change', (event) => {
    const field = event.target
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement) || field.type === 'search') return
    const form = field.closest<HTMLFormElement>('form[data-live]')
    if (form) void go(addressOf(form), true)
  })
  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null
    const link = target?.closest<HTMLAnchorElement>('form[data-live] .chosen a')
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    void go(link.href, true)
  })
  let at = location.pathname + location.search
  window.addEventListener('popstate', () => {
    // A jump to a fragment fires popstate too.
    if (location.pathname + location.search !== at && document.getElementById('resultat')) void go(location.href, false)
  })

  function addressOf(form: HTMLFormElement) {
    const url = new URL(form.action)
    for (const [name, value] of new FormData(form)) {
      if (typeof value === 'string' && value !== '') url.searchParams.append(name, value)
    }
    return url.href
  }

  async function go(address: string, remember: boolean) {
    pending?.abort()
    const controller = (pending = new AbortController())
    const results = document.getElementById('resultat')
    results?.setAttribute('aria-busy', 'true')
    try {
      const response = await fetch(address, { signal: controller.signal, headers: { Accept: 'text/html' } })
      if (!response.ok) throw new Error(`${address}: ${response.status}`)
      const page = new DOMParser().parseFromString(await response.text(), 'text/html')
      const fresh = page.getElementById('resultat')
      if (!results || !fresh) throw new Error(`${address}: the page has no results`)
      replace(results, fresh)
      document.title = page.title
      if (remember) history.pushState(null, '', address)
      at = location.pathname + location.search
    } catch (error) {
      if (controller.signal.aborted) return // a newer request has replaced this one
      location.href = address // as an ordinary link, so that the browser shows the error
    }
  }
}

/** Replaces the results on the page. Facets stay open or closed, and the focus stays on the same control. */
function replace(results: HTMLElement, fresh: HTMLElement) {
  const selector = selectorOf(document.activeElement)
  const open = new Map<string, boolean>()
  for (const box of results.querySelectorAll<HTMLDetailsElement>('details[data-facet]')) {
    open.set(box.dataset.facet ?? '', box.open)
  }
  for (const box of fresh.querySelectorAll<HTMLDetailsElement>('details[data-facet]')) {
    box.open = open.get(box.dataset.facet ?? '') ?? box.open
  }
  const more = [...results.querySelectorAll<HTMLDetailsElement>('details.more')].map((d) => d.open)
  const announced = fresh.querySelector('[data-status]')?.textContent ?? ''
  const status = results.querySelector('[data-status]')
  const parts = [...fresh.childNodes].filter((n) => !(n instanceof Element && n.matches('[data-status]')))
  results.replaceChildren(...parts, ...(status ? [status] : []))
  if (status) status.textContent = announced
  ;[...results.querySelectorAll<HTMLDetailsElement>('details.more')].forEach((d, i) => {
    if (more[i]) d.open = true
  })
  results.removeAttribute('aria-busy')
  const target = (selector && results.querySelector<HTMLElement>(selector)) || results.querySelector<HTMLElement>('h1')
  if (target?.matches('h1')) target.tabIndex = -1
  target?.focus({ preventScroll: true })
}

/** A selector that finds the same control in other results; empty if there is none. */
function selectorOf(control: Element | null) {
  if (control instanceof HTMLInputElement && control.name) {
    return `[name="${CSS.escape(control.name)}"][value="${CSS.escape(control.value)}"]`
  }
  return control instanceof HTMLSelectElement ? `select[name="${CSS.escape(control.name)}"]` : ''
}
