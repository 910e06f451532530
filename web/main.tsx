import { render } from "preact";
import { App } from "./components/app";
import { start } from "./state/start";
import "./styles/page.css";

render(<App />, document.getElementById("app")!);
void start();
