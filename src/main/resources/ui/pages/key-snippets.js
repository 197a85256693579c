// Samples for a key that was just made, ready to be pasted.

/** Ways to use a key: [{ id, label, text }]. base is the gateway's address without a slash at its end. */
export function snippets(base, key, model) {
  return [
    {
      id: 'curl',
      label: 'curl',
      text: `curl ${base}/v1/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello"}], "stream": true}'`,
    },
    {
      id: 'python',
      label: 'Python',
      text: `from openai import OpenAI

client = OpenAI(base_url="${base}/v1", api_key="${key}")
answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      id: 'node',
      label: 'Node',
      text: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${base}/v1', apiKey: '${key}' });
const answer = await client.chat.completions.create({
  model: '${model}',
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(answer.choices[0].message.content);`,
    },
    {
      id: 'java',
      label: 'Java',
      text: `OpenAIClient client = OpenAIOkHttpClient.builder()
    .baseUrl("${base}/v1")
    .apiKey("${key}")
    .build();
ChatCompletion answer = client.chat().completions().create(ChatCompletionCreateParams.builder()
    .model("${model}")
    .addUserMessage("Hello")
    .build());`,
    },
    {
      id: 'claude-code',
      label: 'Claude Code',
      text: `export ANTHROPIC_BASE_URL=${base}
export ANTHROPIC_AUTH_TOKEN=${key}
export ANTHROPIC_MODEL=${model}
claude`,
    },
    {
      id: 'codex',
      label: 'Codex',
      text: `# ~/.codex/config.toml
model = "${model}"
model_provider = "sluice"

[model_providers.sluice]
name = "Sluice"
base_url = "${base}/v1"
env_key = "SLUICE_KEY"
wire_api = "responses"

# in the shell
export SLUICE_KEY=${key}
codex`,
    },
  ];
}
