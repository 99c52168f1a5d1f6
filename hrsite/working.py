"""A worker's process: the application without its doors and commands, and the work."""

from hrsite import create_app, worker

if __name__ == "__main__":
    worker.run(create_app(answers=False))
