import { messages } from "@/app/language";

export const apiWords = messages(
  {
    unreachable: "连接不上服务器",
    unreachableDetail: "没有收到服务器的答复。请检查网络连接后重试；同一操作不会办理两次。",
    serverFailed: "服务器暂时无法处理",
    serverFailedDetail: "请稍后重试；如仍出现，请联系平台运营人员。您填写的内容仍在本页。",
    refused: "请求未被接受",
    refusedDetail: (status: number) => `服务器拒绝了本次请求（HTTP ${status}）。请刷新页面后重试。`,
  },
  {
    unreachable: "The server cannot be reached",
    unreachableDetail: "The server did not answer. Check your connection and try again; nothing is done twice.",
    serverFailed: "The server cannot handle this right now",
    serverFailedDetail: "Try again later; if it persists, ask the operator. What you typed is still on this page.",
    refused: "The request was not accepted",
    refusedDetail: (status: number) => `The server refused this request (HTTP ${status}). Reload the page and try again.`,
  },
);
