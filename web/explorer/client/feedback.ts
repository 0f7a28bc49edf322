/** Sends the answer to "did you find it" without leaving the page. */
export function feedback(root: ParentNode) {
  for (const form of root.querySelectorAll<HTMLFormElement>('form[data-feedback]')) {
    const send = async (event: SubmitEvent) => {
      event.preventDefault()
      const body = new URLSearchParams(new FormData(form, event.submitter) as unknown as Record<string, string>)
      const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'text/html' } }).catch(() => undefined)
      if (!answer?.ok) {
        form.removeEventListener('submit', send)
        return form.requestSubmit(event.submitter) // the browser shows what is wrong
      }
      const status = form.querySelector<HTMLElement>('[role=status]')
      if (status) {
        status.textContent = status.dataset.thanks ?? ''
        status.tabIndex = -1
        status.focus() // the button that had it cannot keep it
      }
      for (const button of form.querySelectorAll('button')) button.disabled = true
    }
    form.addEventListener('submit', send)
  }
}
