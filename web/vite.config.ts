import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import Components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig } from "vitest/config";
import { finishBundle } from "./bundle.ts";
import { pdfjsAssets } from "./pdfjs-assets.ts";

// `vite dev` sends the API to a running server: YINXIN_SERVER=http://127.0.0.1:8101 npm run dev -- --port 5101
const server = process.env.YINXIN_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [
    vue(),
    pdfjsAssets(),
    // Element Plus components are imported where a template names them, with their own style sheet and nothing else.
    Components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: "css" })] }),
    finishBundle(),
  ],
  resolve: {
    alias: {
      "@": fileURLToPath(new URL("./src", import.meta.url)),
      // Element Plus mixes colours for buttons that name their own. Ours have only those of tokens.css.
      "@ctrl/tinycolor": fileURLToPath(new URL("./src/styles/no-own-colours.ts", import.meta.url)),
    },
  },
  // Chromium kernels of domestic browsers lag behind: Chrome 87 is the oldest that is served.
  build: { target: "chrome87", cssTarget: "chrome87", assetsInlineLimit: 0, manifest: true, sourcemap: false },
  server: { proxy: { "/api": { target: server, changeOrigin: false } } },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts", "tests/**/*.test.ts"] },
});
