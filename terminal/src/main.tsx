import { createRoot } from "react-dom/client";
import { App } from "./App.js";
import { start } from "./start.js";
import "./style.css";

createRoot(document.getElementById("root")!).render(<App />);
start();
