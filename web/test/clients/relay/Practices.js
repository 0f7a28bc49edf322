// What the Relay compiler is given: a list that goes on, and a fragment that is asked for again.
import { graphql } from 'relay-runtime'

export const query = graphql`
  query PracticesQuery($first: Int!, $after: Cursor) @inContext(languages: [NN, NB]) {
    ...Practices_list @arguments(first: $first, after: $after)
  }
`

export const list = graphql`
  fragment Practices_list on Query
  @argumentDefinitions(first: { type: "Int!" }, after: { type: "Cursor" })
  @refetchable(queryName: "PracticesPageQuery") {
    practices(first: $first, after: $after, filter: { kinds: [ADVICE] }) @connection(key: "Practices_practices") {
      edges {
        node {
          ...Practices_card
        }
      }
    }
  }
`

export const card = graphql`
  fragment Practices_card on Practice @refetchable(queryName: "PracticesCardQuery") {
    id
    title
    themes {
      id
      label
    }
  }
`
