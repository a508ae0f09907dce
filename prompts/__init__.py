"""Words for a chat model, one Markdown file for each prompt; there is none while answers are quoted only."""
