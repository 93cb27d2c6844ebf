import { messages } from "@/app/language";

export const notificationWords = messages(
  {
    title: "通知",
    open: (unread: number) => (unread === 0 ? "通知，没有未读" : `通知 ${unread} 条未读`),
    unread: "未读",
    empty: "还没有通知",
    emptyHint: "有合同需要您办理、被退回或已完成时，会在这里告诉您。",
    allRead: "全部标为已读",
    more: "查看更早的通知",
  },
  {
    title: "Notifications",
    open: (unread: number) => (unread === 0 ? "Notifications, none unread" : `Notifications ${unread} unread`),
    unread: "Unread",
    empty: "No notifications yet",
    emptyHint: "You are told here when a contract waits for you, was returned, or is done.",
    allRead: "Mark all as read",
    more: "Earlier notifications",
  },
);
