/** Sends the answer to "did you find it" without leaving the page. */
export function feedback(root: ParentNode) {
  for (const form of root.querySelectorAll<HTMLFormElement>('form[data-feedback]')) {
    form.addEventListener('submit', async (event) => {
      event.preventDefault()
      const body = new URLSearchParams(new FormData(form, event.submitter) as unknown as Record<string, string>)
      const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'text/html' } }).catch(() => undefined)
      if (!answer?.ok) return form.submit()
      const status = form.querySelector<HTMLElement>('[role=status]')
      if (status) status.textContent = status.dataset.thanks ?? ''
      for (const button of form.querySelectorAll('button')) button.disabled = true
    })
  }
}
