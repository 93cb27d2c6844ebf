// The help itself, as data: topics with steps, remarks, or a table of buttons. Every sentence stands in both languages, side by side.

export interface Sentence {
  zh: string;
  en: string;
}
export interface Topic {
  /** Stands in the address, so that other pages and people can point at it. */
  id: string;
  title: Sentence;
  /** Who it is for, or when. */
  lead?: Sentence;
  steps?: Sentence[];
  remarks?: Sentence[];
  buttons?: { label: Sentence; after: Sentence }[];
}

const s = (zh: string, en: string): Sentence => ({ zh, en });

export const TOPICS: readonly Topic[] = [
  {
    id: "start",
    title: s("第一次使用：认证、证书、印章", "First use: name, certificate, seal"),
    lead: s("签章之前要依次办好这几件事，首页和“证书”页会提示现在到哪一步。", "Before anything can be signed; the pages Home and Certificates say which step you are at."),
    steps: [
      s("用手机号注册并登录，在“证书”页完成实名认证。", "Register with your telephone number, sign in, and have your name verified on the page Certificates."),
      s("单位由平台运营认证，并指定第一位管理员；管理员再在“单位管理”中添加办事人员和印章管理员。", "The operator verifies your organisation and names its first administrator, who adds clerks and seal keepers under Organisation."),
      s("管理员申请单位证书，并设置证书密码。", "The administrator applies for the organisation's certificate and sets its password."),
      s("管理员或印章管理员在“印章”页制作公章；其他成员要使用印章，须由其授权。", "The administrator or a seal keeper makes the seal on the page Seals; other members need a grant to use it."),
      s("点右上角切换操作身份：办个人的事选“个人”，办单位的事选该单位。", "Choose at the top right for whom you act: yourself, or one of your organisations."),
    ],
  },
  {
    id: "mall-supplier",
    title: s("网上商城合同：供应商", "Mall contract: supplier"),
    steps: [
      s("在“起草”中选择订单和范本，点“确定，开始起草”。", "Choose the order and a template under Drafting and begin."),
      s("填写左侧提示的缺项；内容自动保存，右侧预览随之更新。", "Fill in what the rail says is missing; it is saved by itself and the preview follows."),
      s("点“发送”，采购人收到待确认合同。", "Press Send: the purchaser is asked to confirm."),
      s("如被退回，合同页写明原因，改好后重新发送。", "If it is returned, the contract's page says why; change it and send it again."),
      s("采购人确认线上签章后，到签章页面盖章，核对后点“发送”。", "When the purchaser has confirmed online sealing, seal it on the desk, check it and press Send."),
    ],
  },
  {
    id: "mall-purchaser",
    title: s("网上商城合同：采购人", "Mall contract: purchaser"),
    steps: [
      s("在“待我签署”打开待确认合同，核对全文和与订单的差异。", "Open the contract under Waiting for me, and check the text and how it differs from the order."),
      s("有问题选“退回”（写明原因）或“修改”；没有问题填写支付方式和金额，选择是否线上签章，再确认。", "Return it with a reason or modify it; otherwise say how it is paid and whether it is sealed online, and confirm."),
      s("供应商盖章发送后，到签章页面盖章，点“确认签章”，合同签订完成。", "When the supplier has sealed and sent it, seal it and confirm the seals: it is concluded."),
      s("选择线下盖章的，确认前可上传扫描件，确认后直接推送备案。", "If it is sealed on paper, upload the scan before you confirm; it then goes straight to filing."),
    ],
  },
  {
    id: "procurement-initiator",
    title: s("政府采购合同：起草方", "Procurement contract: the party that drafts"),
    lead: s("采购人或中标（成交）供应商都可以起草；先开始的一方起草。", "Purchaser or winner; whoever begins first drafts."),
    steps: [
      s("在“起草”中选择中标项目和范本。", "Choose the award and a template under Drafting."),
      s("填写合同；取自中标结果的内容有标注，改动须说明原因。", "Fill it in; what comes from the award is marked, and a change needs a reason."),
      s("点“清稿并加盖印章”，正文定稿；到签章页面盖章、日期章、骑缝章。", "Finalise it; then set the seal, and if wanted date seal and seam seal, on the desk."),
      s("核对后点“提交合同”，对方收到通知。", "Check it and press Submit the contract: the other party is told."),
      s("对方不同意的，合同回到草稿并写明理由，修改后重新清稿、盖章、提交。", "If the other party disagrees, it is a draft again with the reason: change, finalise, seal and submit it anew."),
    ],
  },
  {
    id: "procurement-counterparty",
    title: s("政府采购合同：另一方", "Procurement contract: the other party"),
    steps: [
      s("在“待我签署”打开合同，先读全文。手机上读完再点“开始盖章”。", "Open the contract under Waiting for me and read it; on a telephone press Start sealing after reading."),
      s("同意的，盖章后点“同意”，合同签订完成。", "If you agree, seal it and press Agree: it is concluded."),
      s("不同意的，可不盖章直接点“不同意”，写明要改什么；起草方修改后会重新提交。", "If not, press Disagree, with or without sealing, and say what to change; the drafter submits it again."),
    ],
  },
  {
    id: "after",
    title: s("签订之后：备案与公告", "After signing: filing and notice"),
    remarks: [
      s("双方签完后，平台加上存证签名，并自动推送监管系统备案，一般几分钟内完成。", "The platform adds its own signature and pushes the contract for filing, usually within minutes."),
      s("备案通过后自动提交公告。合同页的“备案与公告”显示回执和进度。", "Once filed, its notice is submitted by itself; receipts stand on the contract's page."),
      s("备案未通过的，合同页写明原因，由采购人处理后点“重新提交备案”。", "If it is refused, the contract's page says why, and the purchaser submits it again."),
      s("法定期限：中标（成交）通知书发出之日起 30 日内签订；签订之日起 2 个工作日内公告、7 个工作日内备案。", "By law: signed within 30 days of the award notice; published within 2 and filed within 7 working days of signing."),
    ],
  },
  {
    id: "buttons",
    title: s("每个按钮之后不能做什么", "What each button makes impossible"),
    lead: s("不可恢复的操作都会先说明，并要求输入按钮上的字再确认一次。", "What cannot be undone is said beforehand, and asks you to type its word."),
    buttons: [
      { label: s("保存", "Save"), after: s("随时可以再改，对方看不到草稿。", "Can be changed at any time; the other party does not see drafts.") },
      { label: s("发送（草稿）", "Send (draft)"), after: s("对方处理前不能再改；要改先“撤回”。", "Cannot be changed while the other party has it; take it back first.") },
      { label: s("退回", "Return"), after: s("对方改好重发之前，您不能再确认或修改。", "You can neither confirm nor modify it until it is sent again.") },
      { label: s("修改", "Modify"), after: s("合同回到草稿由您修改；改好后须由起草方重新发送。", "It is a draft that you may change; the drafter has to send it again.") },
      { label: s("确认合同", "Confirm"), after: s("正文冻结，双方都不能再改；线上或线下不能再换。", "The text is frozen for both; online or paper cannot be chosen anew.") },
      { label: s("清稿", "Finalise"), after: s("正文定稿，不能再改；要改只能撤销重来，或由对方不同意后重新起草。", "The text is final; it can only be revoked, or drafted anew after a disagreement.") },
      { label: s("确认签署", "Sign"), after: s("先存为“已盖章、未提交”，只有本方看得到，仍可删除重盖。", "Kept as sealed and not submitted: private to you, and can still be deleted.") },
      { label: s("提交合同、发送、确认签章、同意", "Submit, Send, Confirm the seals, Agree"), after: s("印章成为合同的一部分，不能再删除或撤回。", "The seals become part of the contract and cannot be deleted or taken back.") },
      { label: s("不同意", "Disagree"), after: s("已盖章的文本作废，合同回到起草方重新编制。", "The sealed text is void; the contract goes back to its drafter.") },
      { label: s("拒签", "Refuse to sign"), after: s("合同立即终止，不能恢复。", "The contract ends at once and cannot be restored.") },
      { label: s("撤销", "Revoke"), after: s("合同立即终止，不能恢复；中标结果可以重新起草。对方签章提交之后不能撤销。", "The contract ends at once; the award can be drafted anew. Impossible once the other party has submitted its seals.") },
      { label: s("吊销证书、注销印章", "Revoke a certificate, cancel a seal"), after: s("不能恢复、不能再签；已签好的合同仍然有效。", "Cannot be restored or used again; what was signed stays valid.") },
    ],
  },
  {
    id: "secrets",
    title: s("登录密码、证书密码、短信验证码", "Password, certificate password, SMS code"),
    remarks: [
      s("登录密码：登录时用。忘记时在登录页点“忘记密码”，用短信验证码重置。", "Password: for signing in. Forgotten: reset it with an SMS code from the sign-in page."),
      s("证书密码：每次签章时用，证明是证书的主人在签。平台不保存它，也无法告诉您。", "Certificate password: asked for at each signing. The platform does not keep it and cannot tell it to you."),
      s("证书密码连续输错 5 次会锁定；在“证书”页用短信验证码重置后即可继续使用。", "Five wrong attempts lock the certificate; reset the password with an SMS code on the page Certificates."),
      s("短信验证码：每次签章另发一个，5 分钟内有效，只对当次确认的合同和印章位置有效。", "SMS code: sent for each signing, valid for 5 minutes, and only for the contract and seal places then confirmed."),
      s("收不到短信：60 秒后可重新发送，并核对账号的手机号是否仍在使用。", "No message: ask again after 60 seconds, and check that the account's number is still yours."),
    ],
  },
  {
    id: "verify",
    title: s("怎样验证一份 PDF 合同", "How to verify a PDF contract"),
    steps: [
      s("打开“签章验证”页，不用登录，拖入 PDF 原文件：逐个核对每枚印章和签名、时间，以及此后有没有改动。", "Open Verify a file, without an account, and drop the original PDF: every seal, signature, time and later change is checked."),
      s("显示“合同未签完”的，说明文件中还有当事人没有签章，请以各方都签章后的文件为准。", "If it says that not all have signed, rely on the file that all parties have signed."),
      s("Adobe Acrobat 等通用阅读器不支持国密 SM2 印章，会显示“有效性未知”，这不表示印章无效。", "Readers such as Adobe Acrobat do not know SM2 seals and call their validity unknown; this does not mean that they are not valid."),
      s("这些阅读器可以核对末尾的平台存证签名：从 /api/v1/trust.pem 下载根证书，核对来源后在阅读器中设为可信，再查看签名面板。平台存证签名不是合同当事人的签名。", "They can check the platform's signature at the end: download the roots from /api/v1/trust.pem, make sure where they come from, trust them in the reader and look at its signature panel. The platform is no party."),
      s("不联网也能验证：命令 yinxin verify 文件.pdf --trust trust.pem。", "Without a network: yinxin verify FILE.pdf --trust trust.pem."),
      s("打印件、截图、另存或转换过的文件不能验证；请向对方索取签署时的原文件。", "Prints, pictures and converted files cannot be verified; ask for the original file."),
    ],
  },
  {
    id: "desk",
    title: s("签章页面的操作", "At the signing desk"),
    remarks: [
      s("把右侧的印章拖到页面，或选中印章再点落点。印章按实物大小显示，不能缩放。", "Drag a seal onto the page, or choose it and press where it goes. It has its true size."),
      s("点“按关键字”，输入正文中的文字（如：盖章），可放到下一处或全部放置；也可把一枚印章用到指定页。", "Press By words and enter words of the text: place at the next, or at all. A seal can also go onto pages by their numbers."),
      s("键盘：方向键每次移动 0.5 mm，按住 Shift 每次 5 mm；Delete 移除，Ctrl+Z 撤销。", "Keys: arrows move it by 0.5 mm, with Shift by 5 mm; Delete removes it, Ctrl+Z undoes."),
      s("Ctrl 加滚轮或双指缩放页面；手机竖屏即可签章。", "Ctrl with the wheel, or two fingers, zoom; a telephone held upright is enough."),
      s("顶栏的“适老化”开关可放大全部文字。", "The switch for large letters in the top bar enlarges all text."),
    ],
  },
  {
    id: "operator",
    title: s("平台运营人员", "Operators"),
    lead: s("在右上角切换到“平台运营”身份，打开“运营台”。", "Act as operator at the top right and open the console."),
    steps: [
      s("中标结果：看每次推送的结果；被拒收的列出全部问题和改法，改好后由交易系统重新推送，或点“重新检查”。", "Pushes: each with its outcome; a refused one shows every fault and its remedy. Have it pushed again, or check it again."),
      s("备案：看何时送达、如何答复。异常任务：排除失败原因后点“重新执行”。", "Filings: when they arrived and what was answered. Dead jobs: mend the cause and start them anew."),
      s("认证单位、审核实名和证书申请；不通过的须写明原因，申请人能看到。", "Verify organisations, names and certificate applications; a refusal needs a reason, which the applicant sees."),
    ],
  },
];

/** The topics in which every word of the search stands, in the language that is shown. */
export function search(topics: readonly Topic[], text: string, read: (sentence: Sentence) => string): Topic[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...topics];
  return topics.filter((topic) => {
    const buttons = (topic.buttons ?? []).flatMap((one) => [one.label, one.after]);
    const all = [topic.title, ...(topic.lead ? [topic.lead] : []), ...(topic.steps ?? []), ...(topic.remarks ?? []), ...buttons];
    const whole = all.map(read).join("\n").toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}
