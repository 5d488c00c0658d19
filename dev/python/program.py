"""Drives every method of the models, jobs, results and tags of the published Python SDK, and writes the outcome of each step as a
line of JSON to a file: `program.py URL KEY FILE OUTPUT`. FILE is uploaded. The SDK prints to standard output."""

import io
import json
import pathlib
import sys
import threading
import warnings
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

from modzy import ApiClient
from modzy.jobs import Job, Jobs
from modzy.models import Model, Models
from modzy.results import Result, Results
from modzy.tags import Tags

URL, KEY, FILE, OUTPUT = sys.argv[1:]

SENTIMENT = ('ed542963de', '1.0.1')
DIGEST = ('d1g35t0256', '1.0.0')
TEXTS = {
    'praise': {'input.txt': 'I love it, wonderful!'},
    'blame': {'input.txt': 'I hate it, awful! – Gar nicht gut.'},
    'wrong name': {'text': 'Nobody reads this.'},
}
BYTES = pathlib.Path(FILE).read_bytes()
S3 = {'review': {'input.txt': {'bucket': 'reviews', 'key': 'today/1.txt'}}}
DATABASE = ('jdbc:postgresql://db/shop', 'reader', 'a secret', 'org.postgresql.Driver', 'SELECT text FROM reviews')
START = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(hours=1)

# Methods that are deprecated warn, and boto3 warns of the missing verification that the SDK asks for.
warnings.simplefilter('ignore')


class Buckets(BaseHTTPRequestHandler):
    """An object store with one bucket: the SDK lists the buckets before it submits a job for StorageGRID."""

    def do_GET(self):
        body = (
            b'<?xml version="1.0"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets><Bucket>'
            b'<Name>reviews</Name><CreationDate>2021-01-01T00:00:00.000Z</CreationDate></Bucket></Buckets>'
            b'</ListAllMyBucketsResult>'
        )
        self.send_response(200)
        self.send_header('Content-Type', 'application/xml')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def watch(*classes):
    """Returns the names of the public methods of the classes, from which each call removes its own."""
    missing = set()
    for cls in classes:
        for name, method in list(vars(cls).items()):
            if name.startswith('_') or not callable(method):
                continue
            full = f'{cls.__name__}.{name}'
            missing.add(full)

            def called(*args, _method=method, _full=full, **options):
                missing.discard(_full)
                return _method(*args, **options)

            setattr(cls, name, called)
    return missing


class Steps:
    """The steps, whose values later steps use by name."""

    def __init__(self, output):
        self.output = output
        self.values = {}

    def __call__(self, name, run):
        try:
            value = self.values[name] = run()
            outcome = {'name': name, 'value': value}
        except Exception as error:  # noqa: BLE001 - the outcome is compared
            response = getattr(error, 'response', None)
            outcome = {
                'name': name,
                'failure': {
                    'type': type(error).__name__,
                    'code': getattr(response, 'status_code', None),
                    'message': str(error),
                    'url': getattr(error, 'url', None),
                },
            }
        self.output.write(json.dumps(outcome) + '\n')
        self.output.flush()

    def __getitem__(self, name):
        return self.values[name]


def drive(step):
    missing = watch(Models, Model, Jobs, Job, Results, Result, Tags)
    client = ApiClient(base_url=URL, api_key=KEY)
    models, jobs, results, tags = client.models, client.jobs, client.results, client.tags

    def wait(name):
        return jobs.block_until_complete(step[name], timeout=30, poll_interval=0.05)

    step('hardware', lambda: models.hardware_config_options)

    # The steps of the program of 1.0.7.
    step('submit text', lambda: jobs.submit_text(*SENTIMENT, TEXTS))
    step('wait for text', lambda: wait('submit text'))
    step('result of text', lambda: results.get(step['submit text']))
    step('submit embedded', lambda: jobs.submit_embedded(*DIGEST, {'buffer': {'input': BYTES[:1000]}, 'binary string': {'input': b'\xff\xfe\x00 and more'}}))
    step('wait for embedded', lambda: wait('submit embedded'))
    step('result of embedded', lambda: results.block_until_complete(step['submit embedded'], poll_interval=0.05))
    step('submit files', lambda: jobs.submit_file(*DIGEST, {'path': {'input': FILE}, 'buffer': {'input': io.BytesIO(BYTES)}}))
    step('wait for files', lambda: wait('submit files'))
    step('result of files', lambda: results.get(step['submit files']))
    step('submit S3', lambda: jobs.submit_aws_s3(*SENTIMENT, S3, 'an id', 'a secret', 'us-east-1'))
    step('wait for S3', lambda: wait('submit S3'))
    step('submit JDBC', lambda: jobs.submit_jdbc(*SENTIMENT, *DATABASE))
    step('wait for JDBC', lambda: wait('submit JDBC'))
    step('features', jobs.get_features)
    step('job', lambda: jobs.get(step['submit text']))
    step('history', lambda: jobs.get_history(start_date=START, status='all', per_page=1000, direction='asc', sort_by='createdAt'))
    step('history by model', lambda: jobs.get_history(start_date=START, model='Digest', page=1, per_page=1, direction='desc', sort_by='createdAt'))
    step('all models', models.get_all)
    step('models by author', lambda: models.get_models(author='Emulator Labs', page=1, per_page=2, direction='asc', sort_by='name'))
    step('model', lambda: models.get(SENTIMENT[0]))
    step('model by name', lambda: models.get_by_name('Sentiment Analysis'))
    step('related models', lambda: models.get_related(SENTIMENT[0]))
    step('versions', lambda: models.get_versions(SENTIMENT[0]))
    step('version', lambda: models.get_version(*SENTIMENT))
    step('sample input', lambda: models.get_version_input_sample(*SENTIMENT))
    step('sample output', lambda: models.get_version_output_sample(*SENTIMENT))
    step('all tags', tags.get_all)
    step('models by tag', lambda: tags.get_tags_and_models(['files', 'audio']))
    step('unknown model', lambda: models.get('n0such0n33'))

    # The inputs that 1.0.7 does not have.
    blob = {'review': {'input.txt': {'container': 'reviews', 'filePath': '/today/1.txt'}}}
    step('submit Azure', lambda: jobs.submit_azureblob(*SENTIMENT, blob, 'account', 'a secret'))
    step('wait for Azure', lambda: wait('submit Azure'))
    store = HTTPServer(('127.0.0.1', 0), Buckets)
    threading.Thread(target=store.serve_forever, daemon=True).start()
    endpoint = f'http://127.0.0.1:{store.server_port}'
    step('submit StorageGRID', lambda: jobs.submit_storagegrid(*SENTIMENT, S3, 'an id', 'a secret', endpoint))
    step('wait for StorageGRID', lambda: wait('submit StorageGRID'))
    store.shutdown()

    # The other methods of jobs.
    step('single source', lambda: jobs.submit_text(*SENTIMENT, {'input.txt': 'fine'}))
    step('submit_text_bulk', lambda: jobs.submit_text_bulk(*SENTIMENT, TEXTS))
    step('submit_bytes', lambda: jobs.submit_bytes(*DIGEST, {'a': {'input': b'x'}}))
    step('submit_bytes_bulk', lambda: jobs.submit_bytes_bulk(*DIGEST, {'a': {'input': b'x'}}))
    step('submit_files', lambda: jobs.submit_files(*DIGEST, {'input': FILE}))
    step('submit_files_bulk', lambda: jobs.submit_files_bulk(*DIGEST, {'a': {'input': FILE}}))
    step('submit_aws_s3_bulk', lambda: jobs.submit_aws_s3_bulk(*SENTIMENT, S3, 'an id', 'a secret', 'us-east-1'))
    step('Job.block_until_complete', lambda: step['single source'].block_until_complete(timeout=30, poll_interval=0.05))
    step('Job.sync', lambda: step['submit text'].sync())
    step('Job.get_result', lambda: step['submit text'].get_result())
    step('to cancel', lambda: jobs.submit_text(*SENTIMENT, TEXTS))
    step('Jobs.cancel', lambda: jobs.cancel(step['to cancel']))
    step('another to cancel', lambda: jobs.submit_text(*SENTIMENT, TEXTS))
    step('Job.cancel', lambda: step['another to cancel'].cancel())

    # Results.
    result = step['Job.get_result']
    step('Result.sync', lambda: result.sync())
    step('Result.block_until_complete', lambda: result.block_until_complete(poll_interval=0.05))
    step('Result.get_source_outputs', lambda: result.get_source_outputs('praise'))
    step('Result.get_source_outputs of a failure', lambda: result.get_source_outputs('wrong name'))
    step('Result.get_source_outputs of nothing', lambda: result.get_source_outputs('nobody'))
    step('Result.get_first_outputs', lambda: result.get_first_outputs())

    # Objects of models. Two of their methods pass an argument that the method of the jobs does not have.
    model = step['model']
    step('Model.sync', lambda: model.sync())
    step('Model.get_versions', lambda: model.get_versions())
    step('Model.get_related', lambda: model.get_related())
    step('Model.submit_text', lambda: model.submit_text('1.0.1', {'a': {'input.txt': 'x'}}))
    step('Model.submit_text_bulk', lambda: model.submit_text_bulk('1.0.1', TEXTS))
    step('Model.submit_bytes', lambda: model.submit_bytes('1.0.1', {'a': {'input.txt': b'x'}}))
    step('Model.submit_bytes_bulk', lambda: model.submit_bytes_bulk('1.0.1', {'a': {'input.txt': b'x'}}))
    step('Model.submit_files', lambda: model.submit_files('1.0.1', {'input.txt': FILE}))
    step('Model.submit_files_bulk', lambda: model.submit_files_bulk('1.0.1', {'a': {'input.txt': FILE}}))
    step('Model.submit_aws_s3', lambda: model.submit_aws_s3('1.0.1', S3, 'an id', 'a secret', 'us-east-1'))
    step('Model.submit_aws_s3_bulk', lambda: model.submit_aws_s3_bulk('1.0.1', S3, 'an id', 'a secret', 'us-east-1'))
    step('Model.submit_jdbc', lambda: model.submit_jdbc('1.0.1', *DATABASE))

    # Engines and changes of models.
    step('minimum engines', models.get_minimum_engines)
    step('engines', lambda: models.get_model_processing_details(*SENTIMENT))
    step('update engines', lambda: models.update_processing_engines(*SENTIMENT, 2, 3, timeout=20, poll_rate=0.1))
    step('engines after the update', lambda: models.get_model_processing_details(*SENTIMENT))
    step('edit', lambda: models.edit_model_metadata(*DIGEST, long_description='Longer', input_details=[{'name': 'input'}]))

    # Deployments: of a new model, of another version of it, and of a model for ARM.
    step('deploy', lambda: models.deploy(
        'modzy/grpc-echo-model:1.0.0', 'Python Echo', '0.0.1', sample_input_file=FILE, credentials={'user': 'me', 'pass': 'a secret'},
        run_timeout='60', status_timeout='60', short_description='Echoes', tags=['Computer Vision'], cpu_count=1.5, memory=2,
        long_description='A long description', technical_details='Details', performance_summary='Fast', model_picture=FILE,
        input_details=[{'name': 'input', 'acceptedMediaTypes': 'text/plain', 'maximumSize': 1000000, 'description': 'A text'}],
    ))
    step('deployed', lambda: models.get_by_name('Python Echo'))
    step('deploy a version', lambda: models.deploy('echo', 'Python Echo', '0.0.2', sample_input_file=FILE, model_id=step['deployed'].modelId))
    step('deploy an existing version', lambda: models.deploy('echo', 'Python Echo', '0.0.2', sample_input_file=FILE, model_id=step['deployed'].modelId))
    step('deployed version', lambda: models.get_version(step['deployed'], '0.0.1'))
    step('deployed sample', lambda: models.get_version_output_sample(step['deployed'], '0.0.1'))
    step('submit to deployed', lambda: jobs.submit_text(step['deployed'], '0.0.1', {'input': 'hello'}))
    step('result of deployed', lambda: results.block_until_complete(step['submit to deployed'], poll_interval=0.05).get_first_outputs())
    step('deploy for ARM', lambda: models.deploy('echo', 'Python ARM', '0.0.1', architecture='arm64'))
    step('deploy an image that cannot be pulled', lambda: models.deploy('fail-pull', 'Python Broken', '0.0.1', sample_input_file=FILE))

    step('methods without a step', lambda: sorted(missing))


with open(OUTPUT, 'w', encoding='utf-8') as output:
    drive(Steps(output))
