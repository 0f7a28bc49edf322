import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// GraphiQL is a page of its own; the explorer's pages are rendered by the server and link the bundle of
// explorer/client.
export default defineConfig({
  base: '/',
  plugins: [react()],
  // dist/.gitkeep is committed, so that embed.go compiles before the first build; every build empties dist and
  // copies public/.gitkeep back.
  publicDir: 'public',
  build: {
    outDir: 'dist',
    // The server looks up the explorer's files in it, because their names have hashes.
    manifest: true,
    emptyOutDir: true,
    assetsDir: 'assets',
    // Every asset is a file with a hash in its name, so that /assets/ can be cached forever.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Monaco alone is larger than the size Vite warns about.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      input: { graphiql: 'graphiql/index.html', explorer: 'explorer/client/main.ts', embed: 'embed/embed.css' },
      onLog(level, log, handler) {
        // "use no memo" in GraphiQL's modules is for React's compiler, which does not run here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handler(level, log)
      },
    },
  },
  worker: { format: 'es' },
})
