const query = 'query Suggest($text: String!) { suggest(text: $text, first: 8) { text } }'
const pause = 150 // milliseconds without a keystroke before a request is sent

/** Offers the hub's suggestions for what is typed into a search field, in a datalist. */
export function suggest(root: ParentNode) {
  root.querySelectorAll<HTMLInputElement>('input[data-suggest]').forEach((field, i) => {
    const list = document.createElement('datalist')
    list.id = `forslag-${i}`
    field.after(list)
    field.setAttribute('list', list.id)
    let timer: ReturnType<typeof setTimeout> | undefined
    let pending: AbortController | undefined
    field.addEventListener('input', () => {
      clearTimeout(timer)
      pending?.abort()
      const text = field.value.trim()
      if (text.length < 2) return list.replaceChildren()
      timer = setTimeout(async () => {
        const controller = (pending = new AbortController())
        const parameters = new URLSearchParams({ query, variables: JSON.stringify({ text }) })
        const request = { signal: controller.signal, headers: { Accept: 'application/graphql-response+json' } }
        const response = await fetch(`/graphql?${parameters}`, request).catch(() => undefined)
        if (!response?.ok) return // search works without suggestions
        const { data } = (await response.json()) as { data: { suggest: { text: string }[] } | null }
        list.replaceChildren(...(data?.suggest ?? []).map(({ text }) => new Option(text, text)))
      }, pause)
    })
  })
}
