import { createApp } from "vue";
import "@/styles/tokens.css";
import "@/styles/base.css";
import "@/styles/element.css";
import App from "./App.vue";
import { elder, setElder } from "./elder";
import { failed } from "./failure";
import { language, speak } from "./language";
import { router } from "./router";

speak(language.value);
setElder(elder.value);

const app = createApp(App);
app.config.errorHandler = (error) => failed(error);
app.use(router).mount("#app");
