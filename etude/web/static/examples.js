// Lessons worth a look: what each is called, its address, and what is to be seen.

/** @type {{title: string, address: string, words: string}[]} */
export const EXAMPLES = [
  {
    title: "Two points and one unit, by hand",
    address: "loss=bce&points=0.9,-0.2,0;0.75,0.6,1&networkShape=&batchSize=1&learningRate=0.01&initZero=true",
    words: "Press N: a logistic unit that starts at 0 learns from one point, then from the other, with every number of the calculation.",
  },
  {
    title: "A ring without hidden layers",
    address: "dataset=circle&networkShape=&x=false&y=false&xSquared=true&ySquared=true&seed=0.42",
    words: "Told the squares of the coordinates, a single unit draws a circle: in its own plane the border is a straight line.",
  },
  {
    title: "Exclusive or in one product",
    address: "dataset=xor&networkShape=&x=true&y=true&xTimesY=true&seed=0.42",
    words: "With X₁X₂ one unit is enough. Switch that feature off, and no straight line will do; then add a hidden layer.",
  },
  {
    title: "A spiral learnt by heart",
    address: "dataset=spiral&noise=50&percTrainData=10&networkShape=8,8&activation=tanh&learningRate=0.1&batchSize=5&x=true&y=true&sinX=true&sinY=true&seed=0.42&showTestData=true",
    words: "50 noisy points: within some 300 epochs the training loss falls to almost nothing, the test loss stays high. Then learn from more points.",
  },
  {
    title: "Gradients that vanish",
    address: "dataset=circle&networkShape=4,4,4,4,4,4&activation=sigmoid&learningRate=0.03&seed=0.42",
    words: "Six layers of sigmoid units learn nothing. Press N and compare δ of the last layer with δ of the first; then choose ReLU.",
  },
  {
    title: "A learning rate that is too high",
    address: "dataset=circle&networkShape=4,2&activation=relu&learningRate=3&seed=0.42",
    words: "Each step goes far beyond the valley, and the loss jumps. Choose 0.03 and press Reset.",
  },
];

/** Fill the menu; what is to be seen stays on the page after the choice. @param {HTMLElement} menu @param {HTMLElement} note */
export function offer(menu, note) {
  const [text, close] = [document.createElement("span"), document.createElement("button")];
  close.textContent = "×";
  close.setAttribute("aria-label", "Put this hint away");
  close.onclick = () => (note.hidden = true);
  note.append(text, close);
  menu.append(
    ...EXAMPLES.map(({ title, address, words }) => {
      const link = document.createElement("a");
      link.href = `#${address}`;
      const [name, sentence] = [document.createElement("b"), document.createElement("span")];
      name.textContent = title;
      sentence.textContent = words;
      link.append(name, sentence);
      link.onclick = () => {
        menu.hidePopover();
        text.textContent = words;
        note.hidden = false;
      };
      return link;
    }),
  );
}
