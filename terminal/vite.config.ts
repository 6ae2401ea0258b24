import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const gateway = process.env["GATEWAY"] ?? "http://localhost:3002";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", sourcemap: false },
  worker: { format: "es" },
  server: {
    port: 3001,
    strictPort: true,
    proxy: { "^/(quantdesk\\.|config\\.json)": { target: gateway, changeOrigin: true } },
  },
});
