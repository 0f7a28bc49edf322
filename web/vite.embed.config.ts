import { defineConfig } from 'vite'

// The embeds are one script with a fixed name, which stands in partners' pages: dist/embed/embed.js. embed.css is the same style for iframes.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: 'dist/embed',
    emptyOutDir: true,
    target: 'es2022',
    lib: { entry: 'embed/main.ts', formats: ['iife'], name: 'dugnad', fileName: () => 'embed.js' },
  },
})
