// The entry of the portal: one React root.
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
// oxlint-disable-next-line import/no-unassigned-import -- Vite makes a stylesheet of it
import './styles.css'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
// The first formatter makes the browser read its tables of languages, which is long work: here nobody has begun to read or type yet.
Intl.NumberFormat().format(0)
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
