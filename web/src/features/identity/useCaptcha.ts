// The picture that is asked for after several failures. It is shown as an image of its own: drawn by the server, run by nobody.

import { ref } from "vue";
import { api, take } from "@/api/client";

export function useCaptcha() {
  const id = ref<string>();
  const picture = ref<string>();
  const answer = ref("");

  async function draw(): Promise<void> {
    const drawn = await take(api.POST("/api/v1/captchas"));
    id.value = drawn.captcha_id;
    picture.value = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn.svg)}`;
    answer.value = "";
  }
  function drop(): void {
    id.value = undefined;
    picture.value = undefined;
    answer.value = "";
  }
  return { id, picture, answer, draw, drop };
}
