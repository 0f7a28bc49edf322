// Web components that show content of the hub on other sites: <dugnad-card>, <dugnad-list> and <dugnad-search>. The hub
// renders the HTML; the components fetch it into a shadow root, and fetch it again while the page is visible, so that
// withdrawn content disappears. They set no cookies and send none.
import style from './embed.css?inline'

const hub = new URL((document.currentScript as HTMLScriptElement | null)?.src ?? location.href).origin
const refreshInterval = 30_000 // milliseconds

type Policy = { createHTML(html: string): string }
/** The policy that pages enforcing Trusted Types have to allow. */
const unchanged: Policy = { createHTML: (html) => html }
type TrustedTypes = { createPolicy(name: string, rules: Policy): Policy }
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
const policy = trustedTypes?.createPolicy('dugnad', unchanged) ?? unchanged

let sheet: CSSStyleSheet | undefined

/** Attributes of every HTML element, which mean nothing to the hub. */
const globalAttributes = ['class', 'id', 'style', 'lang', 'hidden', 'slot']

/** The base of the three elements. Each attribute is sent to the hub as a parameter. */
abstract class Embed extends HTMLElement {
  protected abstract readonly path: string
  protected readonly root = this.attachShadow({ mode: 'open' })
  private shown = ''
  private scheduled = false
  private timer: ReturnType<typeof setInterval> | undefined
  private pending: AbortController | undefined

  connectedCallback() {
    if (!sheet) {
      sheet = new CSSStyleSheet()
      sheet.replaceSync(style)
    }
    this.root.adoptedStyleSheets = [sheet]
    // The link inside the element shows until the hub has answered, and if it does not answer.
    if (!this.root.firstChild) this.root.append(document.createElement('slot'))
    this.refreshSoon()
    this.timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.refresh()
    }, refreshInterval)
    document.addEventListener('visibilitychange', this.onVisible)
  }

  disconnectedCallback() {
    clearInterval(this.timer)
    this.pending?.abort()
    document.removeEventListener('visibilitychange', this.onVisible)
  }

  attributeChangedCallback() {
    this.refreshSoon()
  }

  /** Refreshes once for all attributes that are set together. */
  private refreshSoon() {
    if (this.scheduled) return
    this.scheduled = true
    queueMicrotask(() => {
      this.scheduled = false
      if (this.isConnected) void this.refresh()
    })
  }

  private readonly onVisible = () => {
    if (document.visibilityState === 'visible') void this.refresh()
  }

  /** The parameters of the request. */
  protected parameters() {
    const lang = this.closest<HTMLElement>('[lang]')?.lang.slice(0, 2) || 'nb'
    const parameters = new URLSearchParams({ part: '1', lang })
    for (const { name, value } of this.attributes) {
      if (!globalAttributes.includes(name)) parameters.set(name === 'heading-level' ? 'level' : name, value)
    }
    return parameters
  }

  /** Fetches the content and shows it. An unchanged response changes nothing, so that the focus stays. */
  async refresh() {
    this.pending?.abort()
    const controller = (this.pending = new AbortController())
    try {
      const url = `${hub}/embed/${this.path}?${this.parameters()}`
      const response = await fetch(url, { signal: controller.signal, credentials: 'omit' })
      const html = await response.text()
      if (!response.ok || html === this.shown) return
      this.shown = html
      this.show(new DOMParser().parseFromString(policy.createHTML(html), 'text/html').body)
    } catch {
      // The hub cannot be reached, or the element was removed: leave what is shown.
    }
  }

  protected show(body: HTMLElement) {
    this.root.replaceChildren(...body.childNodes)
  }
}

class Card extends Embed {
  static readonly observedAttributes = ['item', 'lang', 'heading-level']
  protected readonly path = 'card'
}

const filters = [
  ...['theme', 'municipality', 'county', 'organization', 'target-group', 'type'],
  ...['first', 'heading', 'lang', 'heading-level'],
]

class List extends Embed {
  static readonly observedAttributes = ['items', 'collection', ...filters]
  protected readonly path = 'list'
}

class Search extends Embed {
  static readonly observedAttributes = filters
  protected readonly path = 'search'
  private query = ''

  constructor() {
    super()
    this.root.addEventListener('submit', (event) => {
      event.preventDefault()
      const query = new FormData(event.target as HTMLFormElement).get('q')
      this.query = typeof query === 'string' ? query : ''
      void this.refresh()
    })
  }

  protected override parameters() {
    const parameters = super.parameters()
    if (this.query) parameters.set('q', this.query)
    return parameters
  }

  /** Shows new results and keeps what the reader has typed, and the focus. */
  protected override show(body: HTMLElement) {
    const typed = this.root.querySelector<HTMLInputElement>('input[type=search]')
    const focused = this.root.activeElement
    super.show(body)
    const field = this.root.querySelector<HTMLInputElement>('input[type=search]')
    // Screen readers announce what is added to a live region, not a live region that is added.
    const status = this.root.querySelector('[role=status]')
    const announced = [...(status?.childNodes ?? [])]
    status?.replaceChildren()
    requestAnimationFrame(() => status?.replaceChildren(...announced))
    if (!typed || !field) return
    field.value = typed.value
    if (focused === typed) field.focus()
    else if (focused) this.root.querySelector<HTMLElement>('button')?.focus()
  }
}

for (const [name, element] of [['dugnad-card', Card], ['dugnad-list', List], ['dugnad-search', Search]] as const)
  if (!customElements.get(name)) customElements.define(name, element)
