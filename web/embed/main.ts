// Web components that show content of the hub on other sites: <dugnad-card>, <dugnad-list> and <dugnad-search>. The hub makes the HTML; these
// fetch it, put it into a shadow root, and ask again while the page is looked at, so that what is withdrawn goes away. They set no cookies and
// send none.
import style from './embed.css?inline'

const hub = new URL((document.currentScript as HTMLScriptElement | null)?.src ?? location.href).origin
const askedAgain = 30_000 // milliseconds

type Policy = { createHTML(html: string): string }
/** Pages that enforce Trusted Types allow a policy of this name. */
const policy: Policy = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes?.createPolicy('dugnad', { createHTML: (html) => html }) ?? {
  createHTML: (html) => html,
}

let sheet: CSSStyleSheet | undefined

/** What the three elements share. Each attribute goes to the hub as a parameter. */
abstract class Embed extends HTMLElement {
  protected abstract readonly path: string
  protected readonly root = this.attachShadow({ mode: 'open' })
  private shown = ''
  private soon = false
  private timer: ReturnType<typeof setInterval> | undefined
  private underway: AbortController | undefined

  connectedCallback() {
    if (!sheet) {
      sheet = new CSSStyleSheet()
      sheet.replaceSync(style)
    }
    this.root.adoptedStyleSheets = [sheet]
    // Until the hub has answered, and where it does not, the page's own link is seen.
    if (!this.root.firstChild) this.root.append(document.createElement('slot'))
    this.refreshSoon()
    this.timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.refresh()
    }, askedAgain)
    document.addEventListener('visibilitychange', this.seen)
  }

  disconnectedCallback() {
    clearInterval(this.timer)
    this.underway?.abort()
    document.removeEventListener('visibilitychange', this.seen)
  }

  attributeChangedCallback() {
    this.refreshSoon()
  }

  /** Asks once for all attributes that are set together. */
  private refreshSoon() {
    if (this.soon) return
    this.soon = true
    queueMicrotask(() => {
      this.soon = false
      if (this.isConnected) void this.refresh()
    })
  }

  private readonly seen = () => {
    if (document.visibilityState === 'visible') void this.refresh()
  }

  /** The parameters of the hub's address. */
  protected parameters() {
    const asked = new URLSearchParams({ part: '1', lang: this.closest<HTMLElement>('[lang]')?.lang.slice(0, 2) || 'nb' })
    for (const { name, value } of this.attributes) if (!['class', 'id', 'style', 'lang', 'hidden', 'slot'].includes(name)) asked.set(name === 'heading-level' ? 'level' : name, value)
    return asked
  }

  /** Asks the hub, and shows what it says. An answer that is as before changes nothing, so that the focus stays. */
  async refresh() {
    this.underway?.abort()
    const controller = (this.underway = new AbortController())
    try {
      const answer = await fetch(`${hub}/embed/${this.path}?${this.parameters()}`, { signal: controller.signal, credentials: 'omit' })
      const html = await answer.text()
      if (!answer.ok || html === this.shown) return
      this.shown = html
      this.show(new DOMParser().parseFromString(policy.createHTML(html), 'text/html').body)
    } catch {
      // The hub cannot be reached, or the element is gone: what is shown stays.
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

class List extends Embed {
  static readonly observedAttributes = ['items', 'collection', 'theme', 'municipality', 'county', 'organization', 'target-group', 'type', 'first', 'heading', 'lang', 'heading-level']
  protected readonly path = 'list'
}

class Search extends Embed {
  static readonly observedAttributes = ['theme', 'municipality', 'county', 'organization', 'target-group', 'type', 'first', 'heading', 'lang', 'heading-level']
  protected readonly path = 'search'
  private words = ''

  constructor() {
    super()
    this.root.addEventListener('submit', (event) => {
      event.preventDefault()
      const words = new FormData(event.target as HTMLFormElement).get('q')
      this.words = typeof words === 'string' ? words : ''
      void this.refresh()
    })
  }

  protected override parameters() {
    const asked = super.parameters()
    if (this.words) asked.set('q', this.words)
    return asked
  }

  /** Hits change below the field that the reader types in: it stays as it is. */
  protected override show(body: HTMLElement) {
    const typed = this.root.querySelector<HTMLInputElement>('input[type=search]')
    const focused = this.root.activeElement
    super.show(body)
    const field = this.root.querySelector<HTMLInputElement>('input[type=search]')
    // Screen readers tell of what comes into a region, not of a region that comes.
    const status = this.root.querySelector('[role=status]')
    const said = [...(status?.childNodes ?? [])]
    status?.replaceChildren()
    requestAnimationFrame(() => status?.replaceChildren(...said))
    if (!typed || !field) return
    field.value = typed.value
    if (focused === typed) field.focus()
    else if (focused) this.root.querySelector<HTMLElement>('button')?.focus()
  }
}

for (const [name, element] of [['dugnad-card', Card], ['dugnad-list', List], ['dugnad-search', Search]] as const)
  if (!customElements.get(name)) customElements.define(name, element)
