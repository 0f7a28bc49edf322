// The operation that a new user sees, ready to run.
export const firstQuery = `# Dugnad: what Norwegian municipalities share of their integration work.
# Run the query with the play button or Ctrl-Enter; Ctrl-Space suggests fields.
{
  practices(first: 5) {
    totalCount
    nodes {
      title
      owner {
        name
      }
      themes {
        label
      }
      municipalities {
        nodes {
          name
        }
      }
    }
  }
}
`
