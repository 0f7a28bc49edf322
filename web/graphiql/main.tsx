import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import './page.css'

import { createGraphiQLFetcher } from '@graphiql/toolkit'
import { GraphiQL } from 'graphiql'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { firstQuery } from './first-query'

const socket = new URL('/graphql', window.location.href)
socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:'

const fetcher = createGraphiQLFetcher({ url: '/graphql', subscriptionUrl: socket.href })

const place = document.getElementById('graphiql')
if (!place) throw new Error('the page has no #graphiql')

createRoot(place).render(
  <StrictMode>
    <GraphiQL fetcher={fetcher} initialQuery={firstQuery} defaultQuery={firstQuery}>
      <GraphiQL.Logo>Dugnad</GraphiQL.Logo>
    </GraphiQL>
  </StrictMode>,
)
