/** Shows the buttons that copy the text of a field to the clipboard; without JavaScript they are hidden. */
export function copyButtons(root: ParentNode) {
  for (const button of root.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    const field = document.getElementById(button.dataset.copy ?? '')
    if (!field) continue
    button.hidden = false
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(field instanceof HTMLInputElement ? field.value : (field.textContent ?? ''))
      const label = button.firstChild
      if (!label) return
      const before = label.textContent
      label.textContent = button.dataset.done ?? before
      setTimeout(() => (label.textContent = before), 2000)
    })
  }
}
