"""The worker of a stage.

One story: `worker` (life) starts `faust_app` (consumes), which hands records to `lanes` (queues). A lane has them
processed by `processing`, which submits them to `stage_process` and builds `records`; `committing` writes them.
"""
