import { messages } from "@/app/language";

export const sandboxWords = messages(
  {
    title: "演示收件箱",
    mark: "演示环境",
    note: "本页只在演示环境中存在。短信没有真正发出；任何能打开本页的人都能看到验证码。证书和印章带有“测试”字样，不具有法律效力。",
    phone: "手机号码",
    placeholder: "输入要查看短信的手机号码",
    look: "查看短信",
    empty: "这个号码还没有短信",
    emptyHint: "在其他页面点击“获取验证码”后，短信几秒内出现在这里。",
    choose: "输入一个手机号码，查看发给它的短信",
    refreshed: "每 3 秒自动更新",
    messagesOf: (phone: string) => `发给 ${phone} 的短信`,
  },
  {
    title: "Sandbox inbox",
    mark: "Sandbox",
    note: "This page exists in the sandbox only. No SMS was sent, and whoever opens this page sees the codes. Certificates and seals say TEST and have no legal effect.",
    phone: "Mobile number",
    placeholder: "Whose messages to show",
    look: "Show",
    empty: "No message to this number yet",
    emptyHint: "Ask for a code on another page; it appears here within seconds.",
    choose: "Enter a number to see the messages sent to it",
    refreshed: "Renewed every 3 seconds",
    messagesOf: (phone: string) => `Messages to ${phone}`,
  },
);
