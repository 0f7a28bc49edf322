/** Sends the answer to "did you find what you were looking for" without leaving the page. */
export function feedback(root: ParentNode) {
  for (const form of root.querySelectorAll<HTMLFormElement>('form[data-feedback]')) {
    const send = async (event: SubmitEvent) => {
      event.preventDefault()
      const body = new URLSearchParams(new FormData(form, event.submitter) as unknown as Record<string, string>)
      const request = { method: 'POST', body, headers: { Accept: 'text/html' } }
      const response = await fetch(form.action, request).catch(() => undefined)
      if (!response?.ok) {
        form.removeEventListener('submit', send)
        return form.requestSubmit(event.submitter) // submitted as an ordinary form, so that the browser shows the error
      }
      const status = form.querySelector<HTMLElement>('[role=status]')
      if (status) {
        status.textContent = status.dataset.thanks ?? ''
        status.tabIndex = -1
        status.focus() // the focused button is about to be disabled
      }
      for (const button of form.querySelectorAll('button')) button.disabled = true
    }
    form.addEventListener('submit', send)
  }
}
