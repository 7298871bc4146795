// Gives each text that is to be copied a button that does it.
for (const text of document.querySelectorAll("pre.a-copier")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sobre copier";
  button.textContent = "Copier";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copié";
    } catch {
      // Without the right to copy, the text is at least chosen.
      getSelection().selectAllChildren(text);
      button.textContent = "Choisi : Ctrl+C";
    }
  });
  text.before(button);
}
