import { messages } from "@/app/language";

export const errorWords = messages(
  {
    notFound: "没有找到这个页面",
    notFoundHint: "网址可能有误，或者内容已不存在，或者您当前的操作身份无权查看。可以换一个操作身份再试。",
    forbidden: "当前操作身份无权查看",
    forbiddenHint: "请在右上角切换操作身份，或请单位管理员授予相应角色。",
    home: "回到首页",
    back: "返回上一页",
  },
  {
    notFound: "There is no such page",
    notFoundHint: "The address may be wrong, what it led to may be gone, or the identity you act as may not see it. Try another identity.",
    forbidden: "The identity you act as may not see this",
    forbiddenHint: "Switch to another identity at the top right, or ask your organisation's administrator for the role.",
    home: "Home",
    back: "Back",
  },
);
