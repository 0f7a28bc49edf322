const query = 'query Suggest($text: String!) { suggest(text: $text, first: 8) { text } }'
const pause = 150 // milliseconds without a key before the hub is asked

/** Offers what the hub suggests for what is typed into a search, as the browser's own list. */
export function suggest(root: ParentNode) {
  root.querySelectorAll<HTMLInputElement>('input[data-suggest]').forEach((field, i) => {
    const list = document.createElement('datalist')
    list.id = `forslag-${i}`
    field.after(list)
    field.setAttribute('list', list.id)
    let timer: ReturnType<typeof setTimeout> | undefined
    let under: AbortController | undefined
    field.addEventListener('input', () => {
      clearTimeout(timer)
      under?.abort()
      const text = field.value.trim()
      if (text.length < 2) return list.replaceChildren()
      timer = setTimeout(async () => {
        const controller = (under = new AbortController())
        const asked = new URLSearchParams({ query, variables: JSON.stringify({ text }) })
        const answer = await fetch(`/graphql?${asked}`, { signal: controller.signal, headers: { Accept: 'application/graphql-response+json' } }).catch(() => undefined)
        if (!answer?.ok) return // the search is whole without suggestions
        const { data } = (await answer.json()) as { data: { suggest: { text: string }[] } | null }
        list.replaceChildren(...(data?.suggest ?? []).map(({ text }) => new Option(text, text)))
      }, pause)
    })
  })
}
