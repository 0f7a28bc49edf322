import { defineConfig } from 'vite'

// The embeds are one script with a fixed name, dist/embed/embed.js, which partners' pages load. Iframes use the same
// embed.css.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: 'dist/embed',
    emptyOutDir: true,
    target: 'es2022',
    lib: { entry: 'embed/main.ts', formats: ['iife'], name: 'dugnad', fileName: () => 'embed.js' },
  },
})
